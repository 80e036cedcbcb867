//! What the Lambdas print: log records and embedded metrics.
