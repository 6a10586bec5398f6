cases! {
    tiny_passes
}
