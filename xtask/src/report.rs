//! One verdict, several documents. Printers get `&Verdict` and return text; they change nothing.
