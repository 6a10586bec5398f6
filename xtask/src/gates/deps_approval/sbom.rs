//! Writes CycloneDX 1.5 documents. Same components, same bytes: everything is sorted, the serial number
//! is derived from the content, and a clock is never read.
//!
//! Besides the licence expression, nothing of a manifest is taken as fact without being cleaned: a
//! name or an author is untrusted text, a link that is no `http(s)` URL is left out.

use std::collections::BTreeMap;
use std::path::Path;

use cargo_metadata::{Metadata as CargoMetadata, Package, PackageId};
use cyclonedx_bom::external_models::date_time::DateTime;
use cyclonedx_bom::models::bom::{Bom, SpecVersion, UrnUuid};
use cyclonedx_bom::models::component::{
    Classification, Component as CdxComponent, Components, Scope as CdxScope,
};
use cyclonedx_bom::models::dependency::{Dependencies, Dependency};
use cyclonedx_bom::models::external_reference::{
    ExternalReference, ExternalReferenceType, ExternalReferences,
};
use cyclonedx_bom::models::hash::{Hash, HashAlgorithm, HashValue, Hashes};
use cyclonedx_bom::models::license::{LicenseChoice, Licenses};
use cyclonedx_bom::models::metadata::Metadata;
use cyclonedx_bom::models::tool::Tools;
use cyclonedx_bom::prelude::{NormalizedString, Uri};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::components::{Graph, relative};
use super::text::{clean, one_line};
use super::{licences, purl};
use crate::digest::{hex, sha256};
use crate::evidence::deps::{Component, SbomFile, Scope, Source};

/// What an SBOM is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// The file's name before `.cdx.json`, and the name in reports.
    pub(super) file: String,
    /// The name in the SBOM.
    pub(super) name: String,
    /// Its version, if it has one.
    pub(super) version: Option<String>,
    /// The shipped packages that it is made of.
    pub(super) packages: Vec<PackageId>,
}

/// Stands for the serial number until the content is there from which it is derived.
const NO_SERIAL: &str = "urn:uuid:00000000-0000-0000-0000-000000000000";

/// Writes one SBOM to `sbom/` below `staging`.
///
/// # Errors
/// What could not be written, and where.
pub(super) fn write(
    packages: &CargoMetadata,
    subject: &Subject,
    graph: &Graph,
    described: &BTreeMap<usize, Component>,
    staging: &Path,
    source_date_epoch: Option<i64>,
) -> Result<SbomFile, String> {
    let text = render(packages, subject, graph, described, source_date_epoch)?;
    let path = format!("sbom/{}.cdx.json", subject.file);
    let target = staging.join(&path);
    let folder = staging.join("sbom");
    std::fs::create_dir_all(&folder)
        .and_then(|()| {
            let temporary = folder.join(format!(".{}.cdx.json.tmp", subject.file));
            std::fs::write(&temporary, &text)?;
            std::fs::rename(&temporary, &target)
        })
        .map_err(|error| format!("cannot write {}: {error}", target.display()))?;
    Ok(SbomFile {
        subject: subject.file.clone(),
        path,
        components: graph.nodes.len(),
        sha256: sha256(text.as_bytes()),
    })
}

/// The whole document as text.
pub(super) fn render(
    packages: &CargoMetadata,
    subject: &Subject,
    graph: &Graph,
    described: &BTreeMap<usize, Component>,
    source_date_epoch: Option<i64>,
) -> Result<String, String> {
    let mut references = BTreeMap::new();
    let mut components = Vec::new();
    for (index, scope) in &graph.nodes {
        let package = &packages.packages[*index];
        let component = described.get(index).ok_or("a component of the tree was not described")?;
        let folder = package.manifest_path.parent().map_or(Path::new(""), |path| path.as_std_path());
        let reference = purl::reference(component, &relative(folder, packages.workspace_root.as_std_path()));
        references.insert(*index, reference.clone());
        components.push(component_of(package, component, *scope, reference));
    }
    components.sort_by(|a, b| a.bom_ref.cmp(&b.bom_ref));
    let main_reference = format!("subject:{}", subject.file);
    let bom = Bom {
        version: 1,
        serial_number: Some(UrnUuid(NO_SERIAL.into())),
        metadata: Some(metadata(subject, &main_reference, source_date_epoch)?),
        components: Some(Components(components)),
        dependencies: Some(dependencies(packages, subject, graph, &references, &main_reference)),
        spec_version: SpecVersion::V1_5,
        ..empty()
    };
    let mut bytes = Vec::new();
    bom.output_as_json(&mut bytes, SpecVersion::V1_5).map_err(|error| format!("CycloneDX: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "CycloneDX: the document is not UTF-8".to_owned())?;
    let serial = serial(&text);
    // The first occurrence is the document's own: it stands before everything taken from packages.
    Ok(text.replacen(NO_SERIAL, &serial, 1) + "\n")
}

/// A UUID of version 8 (custom, RFC 9562) out of the content's SHA-256.
fn serial(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = hex(&bytes);
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn empty() -> Bom {
    Bom {
        version: 1,
        serial_number: None,
        metadata: None,
        components: None,
        services: None,
        external_references: None,
        dependencies: None,
        compositions: None,
        properties: None,
        vulnerabilities: None,
        signature: None,
        annotations: None,
        formulation: None,
        spec_version: SpecVersion::V1_5,
    }
}

fn metadata(subject: &Subject, reference: &str, epoch: Option<i64>) -> Result<Metadata, String> {
    let timestamp = match epoch {
        Some(seconds) => {
            let moment = OffsetDateTime::from_unix_timestamp(seconds)
                .map_err(|_| format!("SOURCE_DATE_EPOCH={seconds} is no moment in time"))?;
            let text = moment.format(&Rfc3339).map_err(|error| format!("SOURCE_DATE_EPOCH: {error}"))?;
            Some(DateTime::try_from(text).map_err(|error| format!("SOURCE_DATE_EPOCH: {error}"))?)
        }
        None => None,
    };
    let mut main =
        CdxComponent::new(Classification::Application, &clean(&subject.name), "", Some(reference.to_owned()));
    main.version = subject.version.as_deref().map(NormalizedString::new);
    let tool = CdxComponent::new(
        Classification::Application,
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        None,
    );
    let tools = Tools::Object { services: None, components: Some(Components(vec![tool])) };
    Ok(Metadata { timestamp, tools: Some(tools), component: Some(main), ..Metadata::default() })
}

fn dependencies(
    packages: &CargoMetadata,
    subject: &Subject,
    graph: &Graph,
    references: &BTreeMap<usize, String>,
    main: &str,
) -> Dependencies {
    let mut all: BTreeMap<&str, Vec<String>> =
        references.values().map(|one| (one.as_str(), vec![])).collect();
    let shipped = references
        .iter()
        .filter(|(index, _)| subject.packages.contains(&packages.packages[**index].id))
        .map(|(_, reference)| reference.clone());
    all.insert(main, shipped.collect());
    for (from, to) in &graph.edges {
        if let (Some(from), Some(to)) = (references.get(from), references.get(to)) {
            all.entry(from.as_str()).or_default().push(to.clone());
        }
    }
    let dependency = |(reference, mut list): (&str, Vec<String>)| {
        list.sort();
        list.dedup();
        Dependency { dependency_ref: reference.to_owned(), dependencies: list }
    };
    Dependencies(all.into_iter().map(dependency).collect())
}

fn component_of(package: &Package, component: &Component, scope: Scope, reference: String) -> CdxComponent {
    let library = package.targets.iter().any(|target| target.is_lib() || target.is_proc_macro());
    let binary = package.targets.iter().any(cargo_metadata::Target::is_bin);
    let class = match component.source == Source::Member && binary && !library {
        true => Classification::Application,
        false => Classification::Library,
    };
    let mut out = CdxComponent::new(class, &component.name, &component.version, Some(reference));
    out.scope = Some(match scope {
        Scope::Required => CdxScope::Required,
        Scope::Excluded => CdxScope::Excluded,
    });
    let normal = |text: &str| NormalizedString::new(clean(text.trim()).trim());
    out.author = (!package.authors.is_empty()).then(|| normal(&package.authors.join(", ")));
    // Registries state no supplier, and the authors are the nearest to it that a manifest has; naming
    // the registry as supplier would be wrong.
    out.description = package.description.as_deref().map(|text| normal(&one_line(text)));
    out.hashes = component.checksum.as_ref().map(|checksum| {
        Hashes(vec![Hash { alg: HashAlgorithm::SHA_256, content: HashValue(checksum.clone()) }])
    });
    out.licenses = license(component).map(|choice| Licenses(vec![choice]));
    // `Purl` takes any text from `FromStr`, and never fails.
    out.purl = component.purl.parse().ok();
    out.external_references = external_references(package);
    out
}

/// A valid expression as such; what is not valid SPDX, and a bare licence file, as a named licence.
fn license(component: &Component) -> Option<LicenseChoice> {
    match component.license.as_deref().filter(|license| !license.trim().is_empty()) {
        Some(license) => Some(match licences::normalise(license) {
            Some(expression) => LicenseChoice::expression(&expression),
            None => LicenseChoice::license(&clean(license)),
        }),
        None => component.license_file.then(|| LicenseChoice::license("see the licence file of the package")),
    }
}

fn external_references(package: &Package) -> Option<ExternalReferences> {
    let links = [
        (ExternalReferenceType::Website, &package.homepage),
        (ExternalReferenceType::Vcs, &package.repository),
        (ExternalReferenceType::Documentation, &package.documentation),
    ];
    let found: Vec<ExternalReference> = links
        .into_iter()
        .filter_map(|(kind, link)| Some((kind, link.as_deref()?.trim())))
        .filter(|(_, link)| link.starts_with("https://") || link.starts_with("http://"))
        .filter_map(|(kind, link)| Some(ExternalReference::new(kind, Uri::try_from(link.to_owned()).ok()?)))
        .collect();
    (!found.is_empty()).then_some(ExternalReferences(found))
}
