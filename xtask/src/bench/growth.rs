//! How fast something grows.

/// The power of `x` with which `y` grows: the slope of the line that lies nearest to the logarithms
/// of the points, by least squares. 1 is in step, 2 four times as much for twice as many. `None`
/// where there are fewer than two different `x`.
pub(crate) fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logarithms: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = logarithms.iter().fold(0.0, |count, _| count + 1.0);
    let mean = |part: fn(&(f64, f64)) -> f64| logarithms.iter().map(part).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|(x, _)| *x), mean(|(_, y)| *y));
    let spread: f64 = logarithms.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let together: f64 = logarithms.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    (spread > 0.0).then(|| together / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(points: &[(f64, f64)]) -> Option<String> {
        exponent(points).map(|it| format!("{it:.6}"))
    }

    #[test]
    fn a_power_is_found_whatever_it_is_multiplied_with() {
        let points = [1.0, 10.0, 100.0, 5_000.0].map(|x: f64| (x, 3.0 * x.powf(1.5)));
        assert_eq!(shown(&points), Some("1.500000".to_owned()));
    }

    #[test]
    fn points_off_the_line_pull_it_as_far_as_their_squares_say() {
        // In logarithms to base 10: (0, 0), (1, 2), (2, 2). Means 1 and 4/3; 2 by 2.
        let points = [(1.0, 1.0), (10.0, 100.0), (100.0, 100.0)];
        assert_eq!(shown(&points), Some("1.000000".to_owned()));
    }

    #[test]
    fn one_size_tells_nothing() {
        assert_eq!(shown(&[(10.0, 1.0), (10.0, 2.0)]), None);
        assert_eq!(shown(&[]), None);
    }
}
