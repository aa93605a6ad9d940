//! Points on a plane, and numbers: what they are worth, and how they are moved.

/// Where a point is.
pub type Point = [f64; 2];

/// So little more than the tolerance is no more: 0.3 − 0.2 is no more than 0.1.
const GRAIN: f64 = 1e-9;

fn near(one: f64, other: f64, tolerance: f64) -> bool {
    (one - other).abs() <= tolerance + GRAIN
}

/// What points are worth, from 0 to 1, whatever their order: each counts for one of the answer's that it is near in both directions. A
/// part: those that count, less those that do not, of all.
#[must_use]
pub fn grade_points(answer: &[Point], given: &[Point], tolerance: f64, partial: bool) -> f64 {
    let fits: Vec<Vec<usize>> = given.iter().map(|point| near_ones(answer, *point, tolerance)).collect();
    let mut taken = vec![None; answer.len()];
    let paired =
        (0..given.len()).filter(|point| pair(*point, &fits, &mut taken, &mut vec![false; answer.len()])).count();
    if paired == answer.len() && given.len() == answer.len() {
        return 1.0;
    }
    if !partial || answer.is_empty() {
        return 0.0;
    }
    let worth = paired.saturating_sub(given.len() - paired);
    let count = |points: usize| u32::try_from(points).map_or(f64::INFINITY, f64::from);
    count(worth) / count(answer.len())
}

fn near_ones(answer: &[Point], [x, y]: Point, tolerance: f64) -> Vec<usize> {
    let is_near = |point: &Point| near(point[0], x, tolerance) && near(point[1], y, tolerance);
    answer.iter().enumerate().filter(|(_, point)| is_near(point)).map(|(place, _)| place).collect()
}

/// Finds a point one of the answer's, and where it is taken another one for who has it.
fn pair(point: usize, fits: &[Vec<usize>], taken: &mut Vec<Option<usize>>, seen: &mut Vec<bool>) -> bool {
    for place in fits.get(point).into_iter().flatten().copied() {
        if seen.get(place).copied().unwrap_or(true) {
            continue;
        }
        if let Some(seen) = seen.get_mut(place) {
            *seen = true;
        }
        let free = taken.get(place).copied().flatten().is_none_or(|other| pair(other, fits, taken, seen));
        if let Some(taken) = taken.get_mut(place).filter(|_| free) {
            *taken = Some(point);
            return true;
        }
    }
    false
}

/// What a straight line through two points is worth: 1 where both points of the answer are within the tolerance of it.
#[must_use]
pub fn grade_line(answer: [Point; 2], given: [Point; 2], tolerance: f64) -> f64 {
    let [[x, y], [other_x, other_y]] = given;
    let (dx, dy) = (other_x - x, other_y - y);
    let length = (dx * dx + dy * dy).sqrt();
    let distance = |[px, py]: Point| ((px - x) * dy - (py - y) * dx) / length;
    let is_near = |point: Point| near(distance(point), 0.0, tolerance);
    if length > GRAIN && answer.into_iter().all(is_near) { 1.0 } else { 0.0 }
}

/// What a number with its unit is worth. A part: half of it where only the unit is another.
#[must_use]
pub fn grade_number(answer: (f64, &str), given: (f64, &str), tolerance: f64, partial: bool) -> f64 {
    match (near(answer.0, given.0, tolerance), answer.1 == given.1) {
        (true, true) => 1.0,
        (true, false) if partial => 0.5,
        _ => 0.0,
    }
}

/// The part of the plane that is shown, and how far apart its points are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// The corner with the smallest coordinates.
    pub from: Point,
    /// The corner with the largest ones.
    pub to: Point,
    /// The distance of two points next to each other.
    pub step: f64,
}

impl Plane {
    /// The point of the grid next to a place, which is said in parts of the width from the left and of the height from above.
    #[must_use]
    pub fn at(&self, [right, down]: Point) -> Point {
        let [width, height] = self.size();
        self.snap([self.from[0] + right * width, self.to[1] - down * height])
    }

    /// The place of a point, as `at` takes it.
    #[must_use]
    pub fn place(&self, [x, y]: Point) -> Point {
        let [width, height] = self.size();
        [(x - self.from[0]) / width, (self.to[1] - y) / height]
    }

    /// The point some steps on, as far as the plane is shown.
    #[must_use]
    pub fn moved(&self, [x, y]: Point, [right, up]: Point) -> Point {
        self.snap([x + right * self.step, y + up * self.step])
    }

    /// The middle of the plane.
    #[must_use]
    pub fn middle(&self) -> Point {
        self.at([0.5, 0.5])
    }

    /// Which point a press is for: the first that is nowhere yet, else the nearest as it is seen.
    #[must_use]
    pub fn pick(&self, points: &[Option<Point>], place: Point) -> Option<usize> {
        let far = |point: &Option<Point>| point.map_or(-1.0, |point| squared(self.place(point), place));
        let nearest = points.iter().enumerate().min_by(|(_, one), (_, other)| far(one).total_cmp(&far(other)));
        nearest.map(|(index, _)| index)
    }

    /// Where the straight line through two points enters and leaves the plane, as places; none where there is no such line.
    #[must_use]
    pub fn line(&self, one: Point, other: Point) -> Option<[Point; 2]> {
        let (a, b) = (self.place(one), self.place(other));
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let (mut from, mut to) = (f64::NEG_INFINITY, f64::INFINITY);
        for (start, by) in [(a[0], dx), (a[1], dy)] {
            if by.abs() > GRAIN {
                let (enter, leave) = (-start / by, (1.0 - start) / by);
                from = from.max(enter.min(leave));
                to = to.min(enter.max(leave));
            } else if !(0.0..=1.0).contains(&start) {
                return None;
            }
        }
        let at = |part: f64| [a[0] + part * dx, a[1] + part * dy];
        (from < to && from.is_finite()).then(|| [at(from), at(to)])
    }

    fn size(&self) -> Point {
        [self.to[0] - self.from[0], self.to[1] - self.from[1]]
    }

    fn snap(&self, [x, y]: Point) -> Point {
        let snapped = |value: f64, from: f64, to: f64| {
            let most = ((to - from) / self.step + GRAIN).floor();
            let steps = ((value - from) / self.step + 0.5).floor().clamp(0.0, most);
            ((from + steps * self.step) * 1e6 + 0.5).floor() / 1e6 + 0.0
        };
        [snapped(x, self.from[0], self.to[0]), snapped(y, self.from[1], self.to[1])]
    }
}

fn squared(one: Point, other: Point) -> f64 {
    (one[0] - other[0]) * (one[0] - other[0]) + (one[1] - other[1]) * (one[1] - other[1])
}
