//! The wire format of Protocol Buffers (protobuf.dev, "Encoding"): fields, their numbers and raw values.

/// How deep groups may be nested; nobody has used them since proto2.
const GROUPS: usize = 32;

/// The fields of one message, in the order in which they were sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(&'a [u8]);

/// The value of a field. Fixed-width integers are skipped unless they are 64 bits wide: nothing of OTLP's
/// spans that is looked at is a `fixed32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64(u64),
    /// Wire type 2: a text, bytes or a message.
    Bytes(&'a [u8]),
    /// Wire types 3 and 5.
    Skipped,
}

impl<'a> Value<'a> {
    /// Its bytes.
    pub(super) fn bytes(self) -> Result<&'a [u8], String> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err("a field has not the type that it must have".into()),
        }
    }

    /// The fields of the message that it is.
    pub(super) fn message(self) -> Result<Fields<'a>, String> {
        self.bytes().map(Fields::new)
    }

    /// The text that it is.
    pub(super) fn text(self) -> Result<&'a str, String> {
        std::str::from_utf8(self.bytes()?).map_err(|_| "a text is not UTF-8".into())
    }

    /// Its number, of a `bool`, an `enum` or an integer that is not zigzag-encoded.
    pub(super) fn number(self) -> Result<i64, String> {
        match self {
            Value::Varint(number) => Ok(number.cast_signed()),
            _ => Err("a field has not the type that it must have".into()),
        }
    }

    /// A fixed64.
    pub(super) fn fixed(&self) -> Result<u64, String> {
        match self {
            Value::Fixed64(bits) => Ok(*bits),
            _ => Err("a field is no fixed64".into()),
        }
    }

    /// The floating-point number that it is.
    pub(super) fn double(self) -> Result<f64, String> {
        match self {
            Value::Fixed64(bits) => Ok(f64::from_bits(bits)),
            _ => Err("a field has not the type that it must have".into()),
        }
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(message: &'a [u8]) -> Self {
        Fields(message)
    }

    /// The next field's number and value; `None` at the end of the message.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, String> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (number, wire_type) = self.tag()?;
        self.value(number, wire_type, 0).map(|value| Some((number, value)))
    }

    /// A field's number, which has at most 29 bits, and its wire type.
    fn tag(&mut self) -> Result<(u64, u64), String> {
        let tag = self.varint()?;
        match tag >> 3 {
            number @ 1..0x2000_0000 => Ok((number, tag & 7)),
            _ => Err("a field's number is out of range".into()),
        }
    }

    fn value(&mut self, number: u64, wire_type: u64, depth: usize) -> Result<Value<'a>, String> {
        match wire_type {
            0 => self.varint().map(Value::Varint),
            1 => {
                let bytes = self.take(8)?.try_into().unwrap_or_default();
                Ok(Value::Fixed64(u64::from_le_bytes(bytes)))
            }
            2 => {
                let length = self.varint()?;
                self.take(usize::try_from(length).unwrap_or(usize::MAX)).map(Value::Bytes)
            }
            3 if depth < GROUPS => loop {
                match self.tag()? {
                    (end, 4) if end == number => break Ok(Value::Skipped),
                    (inner, wire_type) => self.value(inner, wire_type, depth + 1)?,
                };
            },
            3 => Err("groups are nested too deep".into()),
            5 => self.take(4).map(|_| Value::Skipped),
            4 => Err("a group ends that did not begin".into()),
            other => Err(format!("a field has the unknown wire type {other}")),
        }
    }

    /// Seven bits a byte, the lowest first; the highest bit says that there are more.
    fn varint(&mut self) -> Result<u64, String> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.take(1)? else { break };
            // Of the tenth byte only one bit has room.
            if shift == 63 && *byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("a number has more than 64 bits".into())
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) =
            self.0.split_at_checked(length).ok_or_else(|| "it ends in the middle of a field".to_owned())?;
        self.0 = rest;
        Ok(taken)
    }
}
