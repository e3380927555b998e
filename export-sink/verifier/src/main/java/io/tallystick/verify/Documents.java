// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Dsse;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.bundle.Statement;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The parsed documents of a bundle; one that is missing, too large or malformed is absent and a fault of phase 1.
 *
 * @param manifestBytes as stored, for the signature
 * @param chainCheckpoints by partition
 */
record Documents(
        Optional<ByteText> manifestBytes,
        Optional<Manifest> manifest,
        Optional<ByteText> manifestSignature,
        Optional<ExportRecord> export,
        Optional<Dsse> dsse,
        Optional<Statement> statement,
        Optional<SortedMap<String, Hash>> sums,
        Optional<RegistryProofs> proofs,
        Optional<Note> checkpoint,
        SortedMap<Integer, Note> chainCheckpoints) {

    private static final int SIGNATURE_BYTES_MAX = 256;

    /** Bytes of a file, not to be changed. */
    static final class ByteText {
        private final byte[] bytes;

        ByteText(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /** A checkpoint with its signatures, and the file it was read from. */
    record Note(String file, SignedNote signed, Checkpoint checkpoint, Hash digest) {}

    static Documents read(BundleFolder folder, Findings findings) throws IOException {
        return new Reader(folder, findings).documents();
    }

    static Note note(String file, byte[] bytes) throws NoteException {
        SignedNote signed = SignedNote.parse(bytes);
        return new Note(file, signed, Checkpoint.parse(signed.text()), Hash.sha256(bytes));
    }

    /** The size in bytes a document may have; chain checkpoints are documents, data files and schemas are not. */
    static int bytesMax(String path) {
        return switch (path) {
            case BundleLayout.MANIFEST -> BundleLayout.MANIFEST_BYTES_MAX;
            case BundleLayout.MANIFEST_SIGNATURE -> SIGNATURE_BYTES_MAX;
            case BundleLayout.EXPORT, BundleLayout.DSSE, BundleLayout.SUMS -> BundleLayout.LIST_BYTES_MAX;
            case BundleLayout.REGISTRY_PROOFS -> BundleLayout.PROOFS_BYTES_MAX;
            default -> SignedNote.SIZE_MAX;
        };
    }

    /** Whether the file was read, and reported if it was too large, together with the others here. */
    static boolean isDocument(String path) {
        return !path.endsWith(BundleLayout.STORED_SUFFIX)
                && BundleLayout.parseSchema(path).isEmpty()
                && BundleLayout.parseLineProof(path).isEmpty();
    }

    private interface Parser<T> {
        T parse(byte[] bytes) throws BundleException, NoteException;
    }

    private static final class Reader {
        private final BundleFolder folder;
        private final Findings findings;

        Reader(BundleFolder folder, Findings findings) {
            this.folder = folder;
            this.findings = findings;
        }

        Documents documents() throws IOException {
            Optional<ByteText> manifestBytes = bytes(BundleLayout.MANIFEST);
            Optional<Dsse> dsse = document(BundleLayout.DSSE, Dsse::parse);
            SortedMap<Integer, Note> chains = new TreeMap<>();
            for (String path : folder.sizes().keySet()) {
                Optional<Integer> partition = BundleLayout.parseChainCheckpoint(path);
                if (partition.isPresent()) {
                    note(path).ifPresent(note -> chains.put(partition.get(), note));
                }
            }
            return new Documents(
                    manifestBytes,
                    manifestBytes.flatMap(bytes -> parse(BundleLayout.MANIFEST, bytes.bytes(), Manifest::parse)),
                    bytes(BundleLayout.MANIFEST_SIGNATURE),
                    document(BundleLayout.EXPORT, ExportRecord::parse),
                    dsse,
                    dsse.flatMap(this::statement),
                    document(BundleLayout.SUMS, Sha256Sums::parse),
                    document(BundleLayout.REGISTRY_PROOFS, RegistryProofs::parse),
                    note(BundleLayout.CHECKPOINT),
                    chains);
        }

        private Optional<Statement> statement(Dsse envelope) {
            if (!envelope.payloadType().equals(Dsse.IN_TOTO)) {
                findings.fail(
                        Phase.STRUCTURE,
                        BundleLayout.DSSE,
                        "payloadType is not " + Dsse.IN_TOTO + ": " + envelope.payloadType());
                return Optional.empty();
            }
            return parse(BundleLayout.DSSE, envelope.payload().toByteArray(), Statement::parse);
        }

        private Optional<Note> note(String path) throws IOException {
            return bytes(path).flatMap(bytes -> parse(path, bytes.bytes(), b -> Documents.note(path, b)));
        }

        private <T> Optional<T> document(String path, Parser<T> parser) throws IOException {
            return bytes(path).flatMap(bytes -> parse(path, bytes.bytes(), parser));
        }

        private Optional<ByteText> bytes(String path) throws IOException {
            int bytesMax = bytesMax(path);
            if (!folder.has(path)) {
                findings.fail(Phase.STRUCTURE, path, "the file is missing");
                return Optional.empty();
            }
            byte[] bytes = folder.read(path, bytesMax);
            if (bytes == null) {
                findings.fail(Phase.STRUCTURE, path, "the file is over its limit of " + bytesMax + " bytes");
            }
            return Optional.ofNullable(bytes).map(ByteText::new);
        }

        private <T> Optional<T> parse(String path, byte[] bytes, Parser<T> parser) {
            try {
                return Optional.of(parser.parse(bytes));
            } catch (BundleException | NoteException e) {
                findings.fail(Phase.STRUCTURE, path, e.getMessage());
                return Optional.empty();
            }
        }
    }
}
