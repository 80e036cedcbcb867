//! What goes wrong between a caller and AWS: calls that fail, that are cut off before or after they
//! take effect, and what somebody else changes in between.

use crate::aws::errors::refused;
use crate::aws::world::World;
use leastwise_aws::{CallError, Fault};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Where a run is cut off. Calls are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The call never arrives.
    Before(usize),
    /// The call takes effect, its answer never arrives.
    After(usize),
    /// The call takes effect, and nothing arrives from then on: the process is gone.
    Gone(usize),
}

/// Before which call somebody changes something.
type Interference = (usize, fn(&mut World));

/// The calls that were made, and what goes wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    calls: Mutex<Vec<&'static str>>,
    /// The calls that fail, by name.
    failing: Mutex<BTreeMap<&'static str, CallError>>,
    cut: Mutex<Option<Cut>>,
    meanwhile: Mutex<Option<Interference>>,
}

impl Faults {
    /// One call: written down, cut off where it is to be, otherwise carried out.
    pub(crate) fn call<T, E>(
        &self,
        name: &'static str,
        world: &Mutex<World>,
        act: impl FnOnce(&mut World) -> Result<T, E>,
        lost: impl Fn(CallError) -> E,
    ) -> Result<T, E> {
        let number = self.write_down(name);
        let mut world = world.lock().unwrap();
        self.interfere(number, &mut world);
        if let Some(error) = self.failing.lock().unwrap().get(name) {
            return Err(lost(error.clone()));
        }
        let cut_off =
            CallError { operation: "iam:Any", resource: name.to_owned(), fault: Fault::TimedOut };
        match *self.cut.lock().unwrap() {
            // Whoever is cut off does not make another call.
            Some(Cut::Before(cut) | Cut::After(cut)) if number > cut => {
                panic!("call {number}, `{name}`, after the run was cut off")
            }
            Some(Cut::Before(cut)) if number == cut => Err(lost(cut_off)),
            Some(Cut::After(cut) | Cut::Gone(cut)) if number == cut => {
                let _: Result<T, E> = act(&mut world);
                Err(lost(cut_off))
            }
            Some(Cut::Gone(cut)) if number > cut => Err(lost(cut_off)),
            _ => act(&mut world),
        }
    }

    /// The number of the call, counted from 1.
    fn write_down(&self, name: &'static str) -> usize {
        let mut calls = self.calls.lock().unwrap();
        calls.push(name);
        calls.len()
    }

    fn interfere(&self, number: usize, world: &mut World) {
        let mut meanwhile = self.meanwhile.lock().unwrap();
        if let Some((_, change)) = meanwhile.take_if(|(before, _)| *before == number) {
            change(world);
        }
    }

    /// From now on these calls fail for want of a permission, and only these.
    pub(crate) fn deny(&self, calls: &[&'static str]) {
        let denied = calls.iter().map(|call| (*call, refused("AccessDenied")));
        *self.failing.lock().unwrap() = denied.collect();
    }

    /// From now on this call fails, too.
    pub(crate) fn fail(&self, call: &'static str, error: CallError) {
        self.failing.lock().unwrap().insert(call, error);
    }

    /// Every run from now on is cut off there.
    pub(crate) fn cut(&self, cut: Option<Cut>) {
        *self.cut.lock().unwrap() = cut;
    }

    /// Somebody changes something right before that call, once.
    pub(crate) fn meanwhile(&self, before_call: usize, change: fn(&mut World)) {
        *self.meanwhile.lock().unwrap() = Some((before_call, change));
    }

    /// How many calls there were since they were last taken.
    pub(crate) fn count(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    /// The calls since they were last taken. Counting begins again.
    pub(crate) fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}
