//! How many calls there were.

use crate::aws::fake::Fake;
use leastwise_aws::Calls;
use leastwise_aws::ports::CountCalls;

impl CountCalls for Fake {
    fn take_calls(&self) -> Calls {
        let made = u64::try_from(self.call_count()).unwrap();
        self.counted.unwrap_or(Calls { made, throttled: 1 })
    }
}
