//! Where evidence goes: a staging folder that is moved into place once all of it is there.
