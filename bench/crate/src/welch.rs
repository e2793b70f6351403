//! Welch's t-test, and Student's: whether means differ by more than chance makes them.

/// Beyond this either way, two means differ: chance goes so far once in 150,000 times.
pub const THRESHOLD: f64 = 4.5;

/// How many values there are, their mean, and the sum of their squared distances from it (Welford).
#[derive(Clone, Copy, Debug, Default)]
pub struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Of these values.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        values.fold(Self::default(), |old, value| {
            let count = old.count + 1.0;
            let distance = value - old.mean;
            let mean = old.mean + distance / count;
            Self {
                count,
                mean,
                squares: distance.mul_add(value - mean, old.squares),
            }
        })
    }

    /// How many they are.
    pub const fn count(&self) -> usize {
        self.count as usize
    }

    /// Their mean.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Student's t: how far the mean is from zero.
    pub fn t(&self) -> f64 {
        self.mean / self.variance_of_mean().sqrt()
    }

    /// The variance of the mean.
    fn variance_of_mean(&self) -> f64 {
        self.squares / (self.count - 1.0) / self.count
    }
}

/// Welch's t: how far two means are from each other. Nothing that is a number where there are too few values.
pub fn t(one: &Moments, other: &Moments) -> f64 {
    (one.mean - other.mean) / (one.variance_of_mean() + other.variance_of_mean()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_is_that_of_a_worked_example() {
        // Worked out by hand: means 3 and 5, variances 2.5 and 10, five values each.
        let one = Moments::of([1.0, 2.0, 3.0, 4.0, 5.0].into_iter());
        let other = Moments::of([1.0, 3.0, 5.0, 7.0, 9.0].into_iter());
        assert!((t(&one, &other) + 2.0 / 2.5f64.sqrt()).abs() < 1e-12);
        assert!((t(&other, &one) + t(&one, &other)).abs() < 1e-12);
        assert!((one.t() - 3.0 / 0.5f64.sqrt()).abs() < 1e-12);
    }
}
