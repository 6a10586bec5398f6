//! deps_approval: an SBOM is generated, and everything in it is approved.
