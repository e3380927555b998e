// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Dsse;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.bundle.Statement;
import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRootBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Fresh keys, and what they sign in one bundle. */
final class BundleKeys {
    private final SigningKey root = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
    private final SigningKey checkpoint = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
    private final SigningKey bundle = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());

    byte[] note(Checkpoint head) throws NoteException {
        return SignedNote.sign(head.text(), List.of(NoteSigners.of(head.origin(), checkpoint)))
                .encode();
    }

    byte[] trustRoot() {
        try {
            return new TrustRootBuilder(
                            BundleMaker.ORIGIN,
                            Instant.parse("2026-01-01T00:00:00Z"),
                            Instant.parse("2036-01-01T00:00:00Z"))
                    .checkpointKey(checkpoint.spki())
                    .bundleKey(bundle.spki())
                    .sign(root)
                    .encode();
        } catch (KeyException | TrustException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes manifest.sig, export.json, the envelope and SHA256SUMS over what lies in the folder. */
    void sign(Path folder, Instant windowEnd) throws IOException {
        Files.write(
                folder.resolve(BundleLayout.MANIFEST_SIGNATURE),
                bundle.sign(Files.readAllBytes(folder.resolve(BundleLayout.MANIFEST))));
        List<ExportRecord.StoredFile> stored = new ArrayList<>();
        SortedMap<String, Hash> digests = digests(folder);
        for (var digest : digests.entrySet()) {
            stored.add(new ExportRecord.StoredFile(
                    digest.getKey(), Files.size(folder.resolve(digest.getKey())), digest.getValue()));
        }
        ExportRecord record = new ExportRecord(
                stored,
                new ExportRecord.Retention("bench", 1, "none", windowEnd.plus(Duration.ofDays(1)), false),
                new ExportRecord.Software("bench", "bench"),
                Optional.empty());
        Files.write(folder.resolve(BundleLayout.EXPORT), record.encode());
        digests.put(BundleLayout.EXPORT, Hash.sha256(record.encode()));
        byte[] statement = new Statement(digests).encode();
        Dsse envelope = new Dsse(
                Dsse.IN_TOTO,
                Bytes.of(statement),
                PublicKeys.keyId(bundle.spki()),
                Bytes.of(bundle.sign(Dsse.pae(Dsse.IN_TOTO, statement))));
        Files.write(folder.resolve(BundleLayout.DSSE), envelope.encode());
        digests.put(BundleLayout.DSSE, Hash.sha256(envelope.encode()));
        Files.write(folder.resolve(BundleLayout.SUMS), Sha256Sums.encode(digests));
    }

    private static SortedMap<String, Hash> digests(Path folder) throws IOException {
        SortedMap<String, Hash> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                MessageDigest digest = Hash.newDigest();
                byte[] buffer = new byte[1 << 16];
                try (InputStream in = Files.newInputStream(file)) {
                    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                        digest.update(buffer, 0, count);
                    }
                }
                digests.put(folder.relativize(file).toString(), Hash.of(digest.digest()));
            }
        }
        return digests;
    }
}
