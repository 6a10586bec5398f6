//! Types of families, the samples that each consists of, and what may be a name.

use super::Format;

/// The type of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Kind {
    /// Counts up from zero.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts in cumulative buckets.
    Histogram,
    /// Buckets that go up and down (OpenMetrics only).
    GaugeHistogram,
    /// Quantiles, a sum and a count.
    Summary,
    /// Text in labels (OpenMetrics only).
    Info,
    /// Booleans (OpenMetrics only).
    StateSet,
    /// Nothing says, or it is said that nobody knows.
    #[default]
    Unknown,
}

impl Kind {
    /// Every type, with its name in a TYPE line; `unknown` is `untyped` in the text format.
    const ALL: [(Kind, &str); 8] = [
        (Kind::Counter, "counter"),
        (Kind::Gauge, "gauge"),
        (Kind::Histogram, "histogram"),
        (Kind::GaugeHistogram, "gaugehistogram"),
        (Kind::Summary, "summary"),
        (Kind::Info, "info"),
        (Kind::StateSet, "stateset"),
        (Kind::Unknown, "unknown"),
    ];

    /// Its name in the format.
    pub fn name(self, format: Format) -> &'static str {
        if (self, format) == (Kind::Unknown, Format::Text) {
            return "untyped";
        }
        Kind::ALL.iter().find(|(kind, _)| *kind == self).map_or("unknown", |(_, name)| name)
    }

    /// The type that a TYPE line of the format names. Names are in lower case.
    pub(super) fn read(word: &str, format: Format) -> Option<Kind> {
        let mut of_format = Kind::ALL.into_iter().map(|(kind, _)| kind).filter(|kind| {
            let openmetrics_only = matches!(kind, Kind::GaugeHistogram | Kind::Info | Kind::StateSet);
            format == Format::OpenMetrics || !openmetrics_only
        });
        of_format.find(|kind| kind.name(format) == word)
    }

    /// The samples that a family of this type consists of: what follows the family's name, and what it is.
    pub(super) fn parts(self, format: Format) -> &'static [(&'static str, Part)] {
        const PLAIN: &[(&str, Part)] = &[("", Part::Value)];
        match (self, format) {
            (Kind::Counter, Format::OpenMetrics) => &[("_total", Part::Total), ("_created", Part::Created)],
            (Kind::Histogram, Format::Text) => {
                &[("_bucket", Part::Bucket), ("_sum", Part::Sum), ("_count", Part::Count)]
            }
            (Kind::Histogram, Format::OpenMetrics) => &[
                ("_bucket", Part::Bucket),
                ("_sum", Part::Sum),
                ("_count", Part::Count),
                ("_created", Part::Created),
            ],
            (Kind::GaugeHistogram, _) => {
                &[("_bucket", Part::Bucket), ("_gsum", Part::Sum), ("_gcount", Part::Count)]
            }
            (Kind::Summary, Format::Text) => {
                &[("", Part::Value), ("_sum", Part::Sum), ("_count", Part::Count)]
            }
            (Kind::Summary, Format::OpenMetrics) => &[
                ("", Part::Value),
                ("_sum", Part::Sum),
                ("_count", Part::Count),
                ("_created", Part::Created),
            ],
            (Kind::Info, _) => &[("_info", Part::Info)],
            _ => PLAIN,
        }
    }

    /// Which of its samples has this name; `None` if the name is none of this family's.
    pub(in super::super) fn part(self, format: Format, family: &str, sample: &str) -> Option<Part> {
        let suffix = sample.strip_prefix(family)?;
        self.parts(format).iter().find(|(one, _)| *one == suffix).map(|(_, part)| *part)
    }

    /// Whether it has buckets.
    pub(super) fn has_buckets(self) -> bool {
        matches!(self, Kind::Histogram | Kind::GaugeHistogram)
    }
}

/// What a sample is of its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The value itself; of a summary, a quantile.
    Value,
    /// `_total` of an OpenMetrics counter.
    Total,
    /// `_bucket`: how many were not above the bound.
    Bucket,
    /// `_sum` or `_gsum`.
    Sum,
    /// `_count` or `_gcount`.
    Count,
    /// `_info`.
    Info,
    /// `_created`: when it began, in seconds since 1970.
    Created,
}

/// Every suffix that a sample's name may have beyond its family's.
pub(super) const SUFFIXES: [&str; 8] =
    ["_total", "_bucket", "_sum", "_count", "_gsum", "_gcount", "_info", "_created"];

/// Whether it may stand without quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
pub(super) fn is_metric_name(name: &str) -> bool {
    let character = |byte: &u8| matches!(byte, b'a'..=b'z' | b'_' | b'A'..=b'Z' | b'0'..=b'9' | b':');
    !matches!(name.as_bytes().first(), None | Some(b'0'..=b'9')) && name.as_bytes().iter().all(character)
}

/// Whether it may stand without quotes: `[a-zA-Z_][a-zA-Z0-9_]*`.
pub(super) fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.as_bytes().contains(&b':')
}
