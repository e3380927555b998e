// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.Dsse;
import io.tallystick.bundle.Statement;
import io.tallystick.entry.Bytes;
import io.tallystick.tree.Hash;
import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.SigningKey;
import java.util.Optional;
import java.util.SortedMap;

/** The bundle key's two signatures: over the manifest, and over the digests of all files. */
final class Seal {
    private final SigningKey key;

    Seal(SigningKey key) {
        this.key = key;
    }

    /** {@code manifest.sig}: the raw signature. */
    BundleFolder.Varying manifestSignature(byte[] manifest) {
        return new BundleFolder.Varying() {
            @Override
            public byte[] make() {
                return key.sign(manifest);
            }

            @Override
            public Optional<String> fault(byte[] stored) {
                return verify(manifest, stored);
            }
        };
    }

    /** {@code bundle.dsse.json}: a statement of these subjects. */
    BundleFolder.Varying envelope(SortedMap<String, Hash> subjects) {
        Bytes statement = Bytes.of(new Statement(subjects).encode());
        return new BundleFolder.Varying() {
            @Override
            public byte[] make() {
                byte[] sig = key.sign(Dsse.pae(Dsse.IN_TOTO, statement.toByteArray()));
                return new Dsse(Dsse.IN_TOTO, statement, key.keyId(), Bytes.of(sig)).encode();
            }

            @Override
            public Optional<String> fault(byte[] stored) {
                try {
                    Dsse found = Dsse.parse(stored);
                    if (!found.payloadType().equals(Dsse.IN_TOTO)
                            || !found.payload().equals(statement)) {
                        return Optional.of("a statement about other files");
                    }
                    return verify(found.pae(), found.sig().toByteArray());
                } catch (BundleException e) {
                    return Optional.of(e.getMessage());
                }
            }
        };
    }

    private Optional<String> verify(byte[] message, byte[] sig) {
        try {
            Signatures.verify(key.algorithm(), key.spki(), message, sig);
            return Optional.empty();
        } catch (InvalidSignatureException e) {
            return Optional.of("no signature of bundle key " + key.keyId() + ": " + e.getMessage());
        }
    }
}
