//! Samples of how long something took, by the clock and by the processor.

use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

/// Milliseconds of processor time of this program, its threads, and the programs it has waited for.
pub fn cpu() -> f64 {
    [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN]
        .into_iter()
        .filter_map(|who| getrusage(who).ok())
        .flat_map(|usage| [usage.user_time(), usage.system_time()])
        .map(|t| t.tv_sec() as f64 * 1e3 + t.tv_usec() as f64 / 1e3)
        .sum()
}

/// Bytes of memory this program holds now, `None` where the system does not say.
pub fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// The most it ever held.
pub fn peak() -> Option<u64> {
    status("VmHWM:")
}

fn status(key: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix(key))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// Times of one thing done again and again, in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    wall: Vec<f64>,
    cpu: Vec<f64>,
}

impl Samples {
    /// Does `work` so many times.
    pub fn of<T, E>(times: usize, mut work: impl FnMut(usize) -> Result<T, E>) -> Result<Self, E> {
        let mut samples = Self::default();
        for i in 0..times {
            samples.take(|| work(i))?;
        }
        Ok(samples)
    }

    /// Does `work` once and keeps how long it took.
    pub fn take<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (cpu_before, before) = (cpu(), Instant::now());
        let done = work();
        self.wall.push(before.elapsed().as_secs_f64() * 1e3);
        self.cpu.push(cpu() - cpu_before);
        done
    }

    /// Adds a figure that was measured elsewhere, like a part of something or what another program says.
    pub fn add(&mut self, wall: f64, cpu: f64) {
        self.wall.push(wall);
        self.cpu.push(cpu);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.wall.len()
    }

    /// Half took no longer.
    pub fn median(&self) -> f64 {
        quantile(&self.wall, 0.5)
    }

    /// Nineteen of twenty took no longer.
    pub fn p95(&self) -> f64 {
        quantile(&self.wall, 0.95)
    }

    /// Ninety-nine of a hundred took no longer.
    pub fn p99(&self) -> f64 {
        quantile(&self.wall, 0.99)
    }

    /// Half took no more of the processor.
    pub fn cpu(&self) -> f64 {
        quantile(&self.cpu, 0.5)
    }

    /// Nineteen of twenty took no more of the processor.
    pub fn cpu_p95(&self) -> f64 {
        quantile(&self.cpu, 0.95)
    }
}

/// The least number that so many of them (0 to 1) do not exceed.
fn quantile(numbers: &[f64], part: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * part).ceil() as usize;
    sorted
        .get(at.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}
