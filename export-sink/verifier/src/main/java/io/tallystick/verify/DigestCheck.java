// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Derivation;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.note.TlogProof;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Phases 1 and 2 over the folder's listing: the right files, and three lists of digests that all agree with them. */
final class DigestCheck {
    private static final Set<String> NOT_IN_SUMS = Set.of(BundleLayout.SUMS, BundleLayout.CHECKPOINT);
    private static final Set<String> NOT_IN_STATEMENT =
            Set.of(BundleLayout.SUMS, BundleLayout.CHECKPOINT, BundleLayout.DSSE);
    private static final Set<String> NOT_IN_EXPORT =
            Set.of(BundleLayout.SUMS, BundleLayout.CHECKPOINT, BundleLayout.DSSE, BundleLayout.EXPORT);
    private static final Set<String> FIXED = Set.of(
            BundleLayout.MANIFEST,
            BundleLayout.MANIFEST_SIGNATURE,
            BundleLayout.EXPORT,
            BundleLayout.DSSE,
            BundleLayout.SUMS,
            BundleLayout.REGISTRY_PROOFS,
            BundleLayout.CHECKPOINT);

    private static final long SCHEMA_BYTES_MAX = 16L * 1024 * 1024;

    private final BundleFolder folder;
    private final Documents documents;
    private final Findings findings;
    private final SortedMap<String, Hash> digests = new TreeMap<>();

    DigestCheck(BundleFolder folder, Documents documents, Findings findings) {
        this.folder = folder;
        this.documents = documents;
        this.findings = findings;
    }

    void run() throws IOException {
        folder.strange().forEach((path, why) -> findings.fail(Phase.STRUCTURE, path, why));
        Map<String, Long> expected = expected();
        if (documents.manifest().isPresent()) {
            requireFiles(expected.keySet());
        } else {
            findings.notChecked(
                    Phase.DIGESTS,
                    ExitCode.INCOMPLETE,
                    "without the manifest it is not known which files belong to the bundle");
        }
        hash(expected);
        documents.sums().ifPresent(sums -> requireDigests(BundleLayout.SUMS, sums, NOT_IN_SUMS));
        documents
                .statement()
                .ifPresent(statement -> requireDigests(BundleLayout.DSSE, statement.subjects(), NOT_IN_STATEMENT));
        documents.export().ifPresent(this::requireExport);
        requireSchemas();
    }

    /** The files that the manifest and its heads call for, and no others; with the size each may have. */
    private SortedMap<String, Long> expected() {
        SortedMap<String, Long> expected = new TreeMap<>();
        FIXED.forEach(path -> expected.put(path, (long) Documents.bytesMax(path)));
        documents.manifest().ifPresent(manifest -> {
            manifest.data()
                    .forEach(file ->
                            expected.put(file.name() + BundleLayout.STORED_SUFFIX, ContentCheck.storedMax(file)));
            manifest.schemas().forEach(schema -> expected.put(BundleLayout.schema(schema), SCHEMA_BYTES_MAX));
            if (manifest.isOf(Derivation.Shape.FILTERED)) {
                // Which there must be, the lines say: phase 5.
                folder.sizes().keySet().stream()
                        .filter(path -> BundleLayout.parseLineProof(path).isPresent())
                        .forEach(path -> expected.put(path, (long) TlogProof.SIZE_MAX));
            }
        });
        documents.proofs().ifPresent(proofs -> proofs.heads().forEach(head -> {
            String path = BundleLayout.chainCheckpoint(head.chain().partition());
            expected.put(path, (long) Documents.bytesMax(path));
        }));
        return expected;
    }

    private void requireFiles(Set<String> expected) {
        for (String path : expected) {
            // A fixed document that is missing was reported when it was read.
            if (!folder.has(path) && !FIXED.contains(path)) {
                findings.fail(Phase.STRUCTURE, path, "the file is missing");
            }
        }
        for (String path : folder.sizes().keySet()) {
            if (!expected.contains(path)) {
                findings.fail(Phase.STRUCTURE, path, "a file that does not belong to the bundle");
            }
        }
        if (isTooMuch()) {
            findings.fail(Phase.STRUCTURE, BundleLayout.MANIFEST, "content is over 64 GiB");
        }
    }

    private boolean isTooMuch() {
        return documents.manifest().filter(ContentCheck::isTooMuch).isPresent();
    }

    /** Only what belongs here and keeps its limit is read. */
    private void hash(Map<String, Long> expected) throws IOException {
        for (Map.Entry<String, Long> file : expected.entrySet()) {
            String path = file.getKey();
            if (!folder.has(path) || path.equals(BundleLayout.SUMS) || path.equals(BundleLayout.CHECKPOINT)) {
                continue;
            }
            boolean fits = folder.sizes().get(path) <= file.getValue();
            if (fits && !(isTooMuch() && path.endsWith(BundleLayout.STORED_SUFFIX))) {
                digests.put(path, folder.digest(path));
                continue;
            }
            findings.notChecked(Phase.DIGESTS, ExitCode.INCOMPLETE, path + " is over a limit and was not read");
            if (!fits && !Documents.isDocument(path)) {
                findings.fail(Phase.STRUCTURE, path, "the file is over its limit of " + file.getValue() + " bytes");
            }
        }
    }

    private void requireDigests(String list, Map<String, Hash> listed, Set<String> left) {
        SortedSet<String> paths = new TreeSet<>(folder.sizes().keySet());
        paths.removeAll(left);
        paths.addAll(listed.keySet());
        for (String path : paths) {
            Hash expected = listed.get(path);
            Hash found = digests.get(path);
            if (expected == null) {
                findings.fail(Phase.DIGESTS, list, "does not list " + path);
            } else if (left.contains(path)) {
                findings.fail(Phase.DIGESTS, list, "lists " + path + ", which it must not");
            } else if (found == null) {
                requireThere(list, path);
            } else if (!found.equals(expected)) {
                findings.fail(Phase.DIGESTS, path, list + " says " + expected + ", the file has " + found);
            }
        }
    }

    /** A file that is there and was not hashed does not belong here or is too large: phase 1 said so. */
    private void requireThere(String list, String path) {
        if (!folder.has(path)) {
            findings.fail(Phase.DIGESTS, path, "listed in " + list + ", but not there");
        }
    }

    private void requireExport(ExportRecord export) {
        SortedMap<String, Hash> listed = new TreeMap<>();
        for (ExportRecord.StoredFile file : export.files()) {
            listed.put(file.name(), file.sha256());
            Long size = folder.sizes().get(file.name());
            if (size != null && size != file.bytes()) {
                findings.fail(
                        Phase.DIGESTS,
                        file.name(),
                        BundleLayout.EXPORT + " says " + file.bytes() + " bytes, the file has " + size);
            }
        }
        requireDigests(BundleLayout.EXPORT, listed, NOT_IN_EXPORT);
        Optional<Hash> lock = export.previousLock().map(ExportRecord.PreviousLock::manifest);
        documents.manifest().ifPresent(manifest -> {
            if (lock.isPresent() && !lock.equals(manifest.previous())) {
                findings.fail(
                        Phase.DIGESTS,
                        BundleLayout.EXPORT,
                        "previousLock is of manifest " + lock.get() + ", the manifest's previous is "
                                + manifest.previous().map(Hash::toString).orElse("absent"));
            }
        });
    }

    private void requireSchemas() {
        digests.forEach((path, found) -> BundleLayout.parseSchema(path).ifPresent(named -> {
            if (!named.equals(found)) {
                findings.fail(Phase.DIGESTS, path, "named for " + named + ", the file has " + found);
            }
        }));
    }
}
