//! Numbers as both formats write them.

/// A value. Decimal with or without exponent; `inf` and `infinity` in any case with or without sign; `nan` in
/// any case. That is what OpenMetrics' ABNF says, and what Prometheus reads of the text format: Go's ParseFloat
/// without hexadecimals and underscores.
pub(super) fn value(text: &str) -> Result<f64, &'static str> {
    let number: f64 = text.parse().map_err(|_| "is no number")?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if number.is_nan() && unsigned.len() < text.len() {
        return Err("is no number: NaN has no sign");
    }
    if number.is_infinite() && unsigned.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err("is beyond what a 64-bit float can hold");
    }
    Ok(number)
}

/// OpenMetrics: seconds since 1970, a real number.
pub(super) fn seconds(text: &str) -> Result<f64, &'static str> {
    let number = value(text)?;
    if number.is_finite() { Ok(number) } else { Err("is no moment") }
}

/// The text format: milliseconds since 1970, a signed 64-bit integer. Given back in milliseconds.
pub(super) fn milliseconds(text: &str) -> Result<f64, &'static str> {
    let number: i64 = text.parse().map_err(|_| "is no whole number of milliseconds")?;
    #[allow(clippy::cast_precision_loss, reason = "only compared and shown")]
    Ok(number as f64)
}
