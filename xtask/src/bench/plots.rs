//! Pictures of figures: points on two logarithmic axes, as SVG. The same figures give the same
//! bytes.

use super::costs::thousands;
use super::figures::range;
use crate::result::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const SIZE: (u32, u32) = (720, 440);
const INK: RGBColor = RGBColor(0x24, 0x29, 0x2f);
const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);
const GRID: RGBColor = RGBColor(0xd0, 0xd7, 0xde);
const SERIES: [RGBColor; 3] =
    [RGBColor(0x09, 0x69, 0xda), RGBColor(0xbc, 0x4c, 0x00), RGBColor(0x1a, 0x7f, 0x37)];

/// Numbers at an axis at the most.
const MOST_LABELS: usize = 5;

/// By what the axes reach beyond the points, on both sides.
const ROOM: f64 = 2.0;

/// What a viewer in dark mode puts in the place of these colours: GitHub hands the mode of the
/// reader on to pictures.
const DARK: &str = "<style>@media (prefers-color-scheme: dark) {\
[fill=\"#FFFFFF\"] { fill: #0d1117 } \
[fill=\"#24292F\"] { fill: #e6edf3 } [stroke=\"#24292F\"] { stroke: #e6edf3 } \
[stroke=\"#D0D7DE\"] { stroke: #3d444d } \
[fill=\"#0969DA\"] { fill: #58a6ff } [stroke=\"#0969DA\"] { stroke: #58a6ff } \
[fill=\"#BC4C00\"] { fill: #f0883e } [stroke=\"#BC4C00\"] { stroke: #f0883e } \
[fill=\"#1A7F37\"] { fill: #56d364 } [stroke=\"#1A7F37\"] { stroke: #56d364 } \
}</style>\n";

/// What to draw.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    pub(crate) title: String,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    pub(crate) series: Vec<Series>,
    /// A line across, and what it is.
    pub(crate) limit: Option<(f64, &'static str)>,
}

/// Points that belong together, in the order of their `x`.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// The picture. There must be a point in it.
pub(crate) fn svg(plot: &Plot) -> Result<String> {
    let mut text = String::new();
    draw(plot, &mut text)?;
    // The viewer of a picture knows its size by its own attributes; the style goes after them.
    let end = text.find(">\n").ok_or("plotters drew no picture")?;
    text.insert_str(end + 2, DARK);
    Ok(text)
}

fn draw(plot: &Plot, text: &mut String) -> Result {
    let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
    root.fill(&PAPER)?;
    let x = around(plot.series.iter().flat_map(|it| it.points.iter().map(|point| point.0)));
    let limit = plot.limit.iter().map(|limit| limit.0);
    let y = around(
        plot.series.iter().flat_map(|it| it.points.iter().map(|point| point.1)).chain(limit),
    );
    let mut chart = ChartBuilder::on(&root)
        .caption(&plot.title, ("sans-serif", 18).into_font().color(&INK))
        .margin(16)
        .margin_right(28)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((x.0..x.1).log_scale(), (y.0..y.1).log_scale())?;
    let small = ("sans-serif", 14).into_font().color(&INK);
    chart
        .configure_mesh()
        .x_desc(plot.x)
        .y_desc(plot.y)
        .axis_desc_style(small.clone())
        .label_style(small.clone())
        .axis_style(INK)
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .x_labels(MOST_LABELS)
        .y_labels(MOST_LABELS)
        .x_label_formatter(&|number| label(*number))
        .y_label_formatter(&|number| label(*number))
        .draw()?;
    if let Some((height, name)) = plot.limit {
        chart
            .draw_series([PathElement::new([(x.0, height), (x.1, height)], INK.stroke_width(1))])?;
        let below = small.pos(Pos::new(HPos::Left, VPos::Top));
        chart.draw_series([Text::new(name, (x.0 * 1.05, height / 1.06), below)])?;
    }
    for (series, color) in plot.series.iter().zip(SERIES) {
        chart.draw_series([PathElement::new(series.points.clone(), color.stroke_width(2))])?;
        let points = series.points.iter().map(|point| Circle::new(*point, 4, color.filled()));
        chart.draw_series(points)?;
        if let Some(first) = series.points.first() {
            let name = ("sans-serif", 14).into_font().color(&color);
            // The lines rise, so there is room below them.
            let below = name.pos(Pos::new(HPos::Left, VPos::Top));
            let place = (first.0 * 1.08, first.1 / 1.1);
            chart.draw_series([Text::new(series.name.clone(), place, below)])?;
        }
    }
    root.present()?;
    Ok(())
}

/// A range around all numbers, with room for names below the first point.
fn around(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (least, most) = range(numbers);
    (least / ROOM, most * ROOM)
}

/// A number on an axis.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "up to millions")]
fn label(number: f64) -> String {
    if number < 1.0 { number.to_string() } else { thousands(number.round() as u128) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Plot {
        Plot {
            title: "a title".to_owned(),
            x: "roles",
            y: "seconds",
            series: vec![Series {
                name: "index".to_owned(),
                points: vec![(100.0, 0.07), (1_000.0, 0.6)],
            }],
            limit: Some((900.0, "the limit")),
        }
    }

    #[test]
    fn the_same_figures_give_the_same_bytes() {
        assert_eq!(svg(&plot()).unwrap(), svg(&plot()).unwrap());
    }

    #[test]
    fn every_colour_that_is_drawn_has_one_for_the_dark() {
        let picture = svg(&plot()).unwrap();
        let (head, drawn) = picture.split_once("</style>").unwrap();
        let colours = drawn.split("=\"#").skip(1).filter_map(|rest| rest.get(..6));
        let mut without: Vec<&str> =
            colours.filter(|it| !head.contains(&format!("=\"#{it}\"]"))).collect();
        without.sort_unstable();
        without.dedup();
        assert_eq!(without, Vec::<&str>::new());
    }

    #[test]
    fn the_axes_reach_beyond_the_points_to_both_sides() {
        let (low, high) = around([0.07, 900.0].into_iter());
        assert_eq!([label(low), label(high)], ["0.035", "1,800"]);
    }
}
