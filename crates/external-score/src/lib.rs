//! A privilege-creep index and a policy from an external service.
