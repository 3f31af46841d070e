//! Where each request of a connection begins and ends, read strictly.
//!
//! hyper forgives what RFC 9112 allows a server to forgive: it drops `Content-Length` beside
//! `Transfer-Encoding`, merges repeated lengths and takes a bare line feed for a line end. Behind a proxy that
//! forgives differently this is how requests are smuggled, so it is refused here, before hyper sees it. A
//! refusal turns the offending byte into NUL, which no head may hold: hyper answers 400 in its turn, after
//! the answers to earlier requests, and closes.

/// The name or number of a framing header fits well within this; longer lines are only measured by hyper.
const LINE_START: usize = 64;
/// hyper counts no further; it would blame the size of the head.
const LONGEST_BODY: u64 = u64::MAX - 2;

/// Follows the bytes received on one connection.
#[derive(Debug, Default)]
pub(super) struct Framing {
    part: Part,
    head: Head,
}

#[derive(Debug, Default)]
enum Part {
    #[default]
    Head,
    Body {
        left: u64,
    },
    /// A chunked body, after which the connection closes, or a refused head: nothing more to find.
    Last,
}

impl Framing {
    /// Takes the next bytes, and spoils the one that makes a head ambiguous.
    pub(super) fn follow(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            let taken = match &mut self.part {
                Part::Head => self.follow_head(bytes),
                Part::Body { left } => skip(left, bytes),
                Part::Last => return,
            };
            if let Part::Body { left: 0 } = self.part {
                self.part = Part::Head;
            }
            bytes = bytes.get_mut(taken..).unwrap_or_default();
        }
    }

    /// Whether a head has begun and not ended.
    pub(super) const fn in_head(&self) -> bool {
        matches!(self.part, Part::Head) && self.head.begun
    }

    fn follow_head(&mut self, bytes: &mut [u8]) -> usize {
        for (taken, byte) in (1..).zip(bytes.iter_mut()) {
            match self.head.follow(*byte) {
                Step::More => continue,
                Step::End(next) => self.part = next,
                Step::Refuse => {
                    *byte = 0;
                    self.part = Part::Last;
                }
            }
            self.head = Head::default();
            return taken;
        }
        bytes.len()
    }
}

fn skip(left: &mut u64, bytes: &[u8]) -> usize {
    let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
    *left = left.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
    taken
}

#[derive(Debug)]
enum Step {
    More,
    End(Part),
    Refuse,
}

/// What is known of a head so far.
#[derive(Debug, Default)]
struct Head {
    begun: bool,
    request_line: bool,
    /// The previous byte was a carriage return.
    returned: bool,
    /// The start of the current line, without its end.
    line: Vec<u8>,
    length: Option<u64>,
    chunked: bool,
}

impl Head {
    fn follow(&mut self, byte: u8) -> Step {
        self.begun = true;
        match (byte, self.returned) {
            (b'\n', true) => self.end_line(),
            (b'\n', false) | (_, true) => Step::Refuse,
            (b'\r', false) => {
                self.returned = true;
                Step::More
            }
            (_, false) => {
                if self.line.len() < LINE_START {
                    self.line.push(byte);
                }
                Step::More
            }
        }
    }

    fn end_line(&mut self) -> Step {
        self.returned = false;
        let line = std::mem::take(&mut self.line);
        match (line.is_empty(), self.request_line) {
            (true, true) => self.end(),
            (true, false) => Step::More, // empty lines before the request line are ignored
            (false, false) => {
                self.request_line = true;
                Step::More
            }
            (false, true) => self.field(&line),
        }
    }

    fn field(&mut self, line: &[u8]) -> Step {
        let mut parts = line.splitn(2, |&byte| byte == b':');
        let name = parts.next().unwrap_or_default().trim_ascii();
        let value = parts.next().unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            return self.content_length(value);
        }
        Step::More
    }

    fn content_length(&mut self, value: &[u8]) -> Step {
        let digits = value.iter().all(u8::is_ascii_digit);
        let length = str::from_utf8(value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
        let length = length.filter(|&length| length <= LONGEST_BODY);
        if length.is_none() || self.length.is_some() {
            return Step::Refuse;
        }
        self.length = length;
        Step::More
    }

    const fn end(&self) -> Step {
        match (self.chunked, self.length) {
            (true, Some(_)) => Step::Refuse,
            (true, None) => Step::End(Part::Last),
            (false, Some(left)) => Step::End(Part::Body { left }),
            (false, None) => Step::End(Part::Head),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What hyper gets to see of these bytes, received in pieces of the given size.
    fn follow(bytes: &str, piece: usize) -> (Vec<u8>, Framing) {
        let mut framing = Framing::default();
        let mut seen = bytes.as_bytes().to_vec();
        seen.chunks_mut(piece).for_each(|piece| framing.follow(piece));
        (seen, framing)
    }

    fn assert_refused(bytes: &str) {
        for piece in 1..=bytes.len() {
            let (seen, framing) = follow(bytes, piece);
            assert_eq!(seen.iter().filter(|&&byte| byte == 0).count(), 1, "{bytes:?} in pieces of {piece}");
            assert!(matches!(framing.part, Part::Last));
        }
    }

    fn assert_untouched(bytes: &str, in_head: bool) {
        for piece in 1..=bytes.len() {
            let (seen, framing) = follow(bytes, piece);
            assert_eq!(String::from_utf8(seen).unwrap(), bytes, "in pieces of {piece}");
            assert_eq!(framing.in_head(), in_head, "{bytes:?} in pieces of {piece}");
        }
    }

    #[test]
    fn plain_requests_pass_one_after_the_other() {
        assert_untouched("GET / HTTP/1.1\r\nHost: a\r\n\r\n", false);
        assert_untouched("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", false);
        assert_untouched("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na\nbPOST / HTTP/1.1\r\n\r\n", false);
        assert_untouched("\r\n\r\nGET / HTTP/1.1\r\n\r\n", false);
    }

    #[test]
    fn a_head_has_begun_from_its_first_byte_to_its_last_but_one() {
        assert_untouched("G", true);
        assert_untouched("GET / HTTP/1.1\r\nHost: a\r\n\r", true);
        assert_untouched("GET / HTTP/1.1\r\n\r\nG", true);
        assert_untouched("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabG", true);
    }

    #[test]
    fn the_body_is_no_head() {
        assert_untouched("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\na\n\r", false);
        assert_untouched(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nx\n",
            false,
        );
    }

    #[test]
    fn two_ways_to_tell_the_length_are_refused() {
        assert_refused("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        assert_refused("POST / HTTP/1.1\r\ntransfer-encoding:chunked\r\nCONTENT-LENGTH:\t3 \r\n\r\nabc");
        assert_refused("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc");
        assert_refused("POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc");
    }

    #[test]
    fn a_length_is_digits_only() {
        for value in
            ["", "+3", "-1", "3, 3", "0x3", "3.0", "3 3", "18446744073709551615", "99999999999999999999"]
        {
            assert_refused(&format!("POST / HTTP/1.1\r\nContent-Length: {value}\r\n\r\nabc"));
        }
        let padded = "0".repeat(LINE_START);
        assert_untouched("POST / HTTP/1.1\r\nContent-Length: 003\r\n\r\nabc", false);
        assert_untouched(&format!("GET / HTTP/1.1\r\nX-Long: {padded}{padded}\r\n\r\n"), false);
    }

    #[test]
    fn lines_end_in_both_bytes_or_not_at_all() {
        assert_refused("GET / HTTP/1.1\nHost: a\r\n\r\n");
        assert_refused("GET / HTTP/1.1\r\nHost: a\n\r\n");
        assert_refused("GET / HTTP/1.1\r\nHost: a\r\n\n");
        assert_refused("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n");
        assert_refused("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\naGET / HTTP/1.1\n\n");
    }
}
