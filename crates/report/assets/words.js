// What the words of a scan mean, for people.

/** Why something is kept, dropped or unknown. */
const REASONS = {
  "used": "used",
  "needed": "needed inside the call of",
  "undoes-used": "undoes what is used:",
  "checked-elsewhere": "no AWS API checks it, so no use would be recorded",
  "on-failure": "for the day on which something fails",
  "own-credentials": "for the person’s own credentials",
  "spared": "spared",
  "preserved-read": "idle, and only reads (PreserveReads)",
  "ignored-policy": "granted by an ignored policy",
  "always-allowed": "always allowed by a setting",
  "base-action": "left to whoever uses nothing",
  "base-actions": "left to whoever uses nothing",
  "may-be-granted-by-resource-policy": "a resource policy may grant it, which no report shows",
  "never-used": "never used as far back as IAM remembers",
  "stale": "used before the window, not since",
  "used-in-part": "the service is used, these actions are not",
  "unused-by-external-service": "left out by the external score service",
  "not-tracked": "IAM does not track it",
  "undated-use": "IAM shows a use without its date",
  "younger-than-window": "not used yet by a principal younger than the window",
  "age-unknown": "not used, and the age of the principal is unknown",
  "granted-recently": "granted only recently",
  "followed-lately": "newly granted since the boundary was planned",
  "partition-not-watched": "IAM keeps no last accessed data in this partition",
  "region-not-watched": "an enabled Region has no last accessed data of the window",
  "evidence-is-old": "IAM’s report is too old to say so",
  "sources-disagree": "IAM calls it unused, another source’s list of what is unused leaves it out",
  "source-not-read": "a source of evidence could not be read",
  "tracked-too-briefly": "not used since IAM tracks it, which is inside the window",
  "tracked-since-unknown": "since when IAM tracks it is unknown",
  "not-in-catalogue": "the action catalogue does not know it",
};

/** Who saw a use. */
const SOURCES = {
  "cloud-trail": "CloudTrail",
  "access-analyzer": "Access Analyzer",
  "client-side": "the workload’s SDK",
  "other": "a usage file",
};

/** Why no boundary was planned, in short. */
const REFUSALS = {
  "Exempt": "exempt",
  "ExemptionUnreadable": "exemption unreadable",
  "Quarantined": "in quarantine",
  "DoNotEnforce": "not to be bounded",
  "PermissionsUnknown": "permissions unknown",
  "UsageUnknown": "use unknown",
  "NotPrincipalDenial": "NotPrincipal denial",
  "TooLarge": "too large for IAM",
  "Unproved": "not proved",
};

/** What stands on a principal, by the letters of its row. */
const STANDING = { o: "Leastwise boundary", b: "boundary of others", h: "held", n: "notice", q: "quarantine" };

const USES = { "used": "used", "never-used": "never used", "stale": "stale", "unknown": "unknown" };

const COLOURS = { "used": "used", "never-used": "never", "stale": "stale", "unknown": "unknown" };

function reason(why, by) {
  const text = REASONS[why] ?? why;
  return by ? `${text} ${by}` : text;
}
