// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.Dsse;
import io.tallystick.bundle.Statement;
import io.tallystick.entry.Bytes;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.SigningKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** The bundle key's two signatures: over the manifest, and over the digests of all files. */
final class Seal {
    private final SigningKey key;
    private final Map<String, byte[]> accepted = new LinkedHashMap<>();

    /**
     * @param key makes signatures
     * @param others keys whose signatures are taken where they are stored already: in a rotation a process before this one
     *     may have signed with another key
     */
    Seal(SigningKey key, List<PublicKey> others) {
        this.key = key;
        accepted.put(key.keyId(), key.spki());
        others.forEach(other -> accepted.put(other.keyId(), other.spki()));
    }

    /** {@code manifest.sig}: the raw signature. */
    BundleFolder.Varying manifestSignature(byte[] manifest) {
        return new BundleFolder.Varying() {
            @Override
            public byte[] make() {
                return signed(manifest);
            }

            @Override
            public Optional<String> fault(byte[] stored) {
                List<String> faults = new ArrayList<>();
                for (String keyId : accepted.keySet()) {
                    Optional<String> fault = verify(keyId, manifest, stored);
                    if (fault.isEmpty()) {
                        return fault;
                    }
                    faults.add(fault.get());
                }
                return Optional.of(String.join("; ", faults));
            }
        };
    }

    /** {@code bundle.dsse.json}: a statement of these subjects. */
    BundleFolder.Varying envelope(SortedMap<String, Hash> subjects) {
        Bytes statement = Bytes.of(new Statement(subjects).encode());
        return new BundleFolder.Varying() {
            @Override
            public byte[] make() {
                byte[] sig = signed(Dsse.pae(Dsse.IN_TOTO, statement.toByteArray()));
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
                    return accepted.containsKey(found.keyid())
                            ? verify(found.keyid(), found.pae(), found.sig().toByteArray())
                            : Optional.of("signed by " + found.keyid() + ", which is no bundle key of this window");
                } catch (BundleException e) {
                    return Optional.of(e.getMessage());
                }
            }
        };
    }

    /** What was stored once is locked for years: nothing is stored that the key's own public key does not verify. */
    private byte[] signed(byte[] message) {
        byte[] sig = key.sign(message);
        verify(key.keyId(), message, sig).ifPresent(fault -> {
            throw new LedgerIntegrityException("just signed, and " + fault);
        });
        return sig;
    }

    private Optional<String> verify(String keyId, byte[] message, byte[] sig) {
        try {
            Signatures.verify(KeyAlgorithm.ECDSA_P256, accepted.get(keyId), message, sig);
            return Optional.empty();
        } catch (InvalidSignatureException e) {
            return Optional.of("no signature of bundle key " + keyId + ": " + e.getMessage());
        }
    }
}
