//! How many calls there were.

use crate::aws::fake::Fake;
use leastwise_aws::Calls;
use leastwise_aws::ports::CountCalls;
use std::sync::atomic::Ordering;

impl CountCalls for Fake {
    fn take_calls(&self) -> Calls {
        let loads = self.loads.swap(0, Ordering::Relaxed);
        match self.counted {
            Some(Calls { made, throttled }) => Calls { made: made + loads, throttled },
            None => Calls { made: u64::try_from(self.call_count()).unwrap(), throttled: 1 },
        }
    }
}
