// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Dsse;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Phase 6: every checkpoint by checkpoint keys, manifest and DSSE by the bundle key; key validity at the window's end.
 * A listed key whose signature fails or must not count is a failure; a signature only by keys that are not listed for
 * the role and scope leaves the phase unchecked with exit code 4.
 */
final class SignatureCheck {
    private final TrustRoot root;
    private final Instant at;
    private final Optional<Instant> existedBy;
    private final Findings findings;
    private final Map<String, BundleFacts.Signer> signers = new LinkedHashMap<>();

    /**
     * @param at end of the window that is signed
     * @param existedBy the registry checkpoint existed no later than this, as outside parties prove; a compromised
     *     checkpoint key counts for what is older than the compromise
     */
    SignatureCheck(TrustRoot root, Instant at, Optional<Instant> existedBy, Findings findings) {
        this.root = root;
        this.at = at;
        this.existedBy = existedBy;
        this.findings = findings;
    }

    /** A checkpoint's signature lines, for the origin it must be of. */
    void checkpoint(Documents.Note note, String origin) {
        if (!note.checkpoint().origin().equals(origin)) {
            fail(
                    note.file(),
                    "expected origin " + origin + ", found " + note.checkpoint().origin());
            return;
        }
        List<TrustedKey> listed = root.keys(TrustRole.CHECKPOINT, origin);
        Set<KeyAlgorithm> verified = EnumSet.noneOf(KeyAlgorithm.class);
        Set<KeyAlgorithm> strangers = EnumSet.noneOf(KeyAlgorithm.class);
        for (NoteSignature signature : note.signed().signatures()) {
            Optional<TrustedKey> key = listed.stream()
                    .filter(candidate -> matches(verifier(origin, candidate), signature))
                    .findFirst();
            if (key.isEmpty()) {
                strangers.add(looksLike(signature));
            } else if (verifies(note, signature, key.get(), origin)) {
                verified.add(key.get().algorithm());
            }
        }
        requireAlgorithms(note.file(), TrustRole.CHECKPOINT, origin, verified, strangers);
    }

    private static NoteVerifier verifier(String origin, TrustedKey key) {
        return NoteVerifiers.of(origin, key.algorithm(), key.spki());
    }

    private static boolean matches(NoteVerifier verifier, NoteSignature signature) {
        return verifier.keyId() == signature.keyId() && verifier.name().equals(signature.keyName());
    }

    private boolean verifies(Documents.Note note, NoteSignature signature, TrustedKey key, String origin) {
        try {
            verifier(origin, key).verify(note.signed().text(), signature.signature());
        } catch (NoteException e) {
            fail(note.file(), "the signature of listed key " + key.keyId() + " does not verify: " + e.getMessage());
            return false;
        }
        met(key);
        return isOlderThanCompromise(note.file(), key) || counts(note.file(), key);
    }

    /**
     * A compromised key counts for a checkpoint that somebody outside proves older than the compromise, and whose window ended
     * before it, whatever their clock says: for that of the registry, and for those of chains, whose texts it commits to. It counts for no bundle, which nobody outside saw.
     */
    private boolean isOlderThanCompromise(String file, TrustedKey key) {
        boolean older = key.standing(at) == TrustedKey.Standing.COMPROMISED
                && at.isBefore(key.compromisedSince().orElseThrow())
                && existedBy
                        .filter(time -> time.isBefore(key.compromisedSince().orElseThrow()))
                        .isPresent();
        if (older) {
            findings.note(file + ": signed by key " + key.keyId() + ", which is compromised since "
                    + key.compromisedSince().orElseThrow() + "; an anchor proves the checkpoint older: it existed no"
                    + " later than " + existedBy.orElseThrow());
        }
        return older;
    }

    /** Signature lines do not name their algorithm; lengths tell them apart well enough to choose between 1 and 4. */
    private static KeyAlgorithm looksLike(NoteSignature signature) {
        int length = signature.signature().length;
        if (length == 64) {
            return KeyAlgorithm.ED25519;
        }
        return length < 80 ? KeyAlgorithm.ECDSA_P256 : KeyAlgorithm.ML_DSA_44;
    }

    /** The raw signature over manifest.json and the DSSE envelope; both by keys with the bundle role. */
    void bundle(Documents documents, String origin, String tenant) {
        List<TrustedKey> listed = root.keys().stream()
                .filter(key ->
                        key.covers(TrustRole.BUNDLE, origin) || key.covers(TrustRole.BUNDLE, origin + "/" + tenant))
                .toList();
        Optional<TrustedKey> named = documents.dsse().flatMap(envelope -> key(listed, envelope.keyid()));
        documents.dsse().ifPresent(envelope -> dsse(envelope, named, origin));
        if (documents.manifestBytes().isPresent()
                && documents.manifestSignature().isPresent()) {
            manifest(
                    documents.manifestBytes().get().bytes(),
                    documents.manifestSignature().get().bytes(),
                    listed,
                    named,
                    origin);
        }
    }

    private void dsse(Dsse envelope, Optional<TrustedKey> named, String origin) {
        if (named.isEmpty()) {
            stranger(BundleLayout.DSSE + " is signed by " + envelope.keyid()
                    + ", which the trust root does not list for bundles of this ledger");
            return;
        }
        TrustedKey key = named.get();
        byte[] signature = envelope.sig().toByteArray();
        if (!verifies(key, envelope.pae(), signature)) {
            fail(BundleLayout.DSSE, "the signature of listed key " + key.keyId() + " does not verify");
            return;
        }
        met(key);
        if (counts(BundleLayout.DSSE, key)) {
            requireAlgorithms(
                    BundleLayout.DSSE,
                    TrustRole.BUNDLE,
                    origin,
                    Set.of(key.algorithm()),
                    EnumSet.noneOf(KeyAlgorithm.class));
        }
    }

    /** manifest.sig names no key: it is by one of the listed keys, else a failure of the key the envelope names. */
    private void manifest(
            byte[] manifest, byte[] signature, List<TrustedKey> listed, Optional<TrustedKey> named, String origin) {
        List<TrustedKey> signers = listed.stream()
                .filter(key -> verifies(key, manifest, signature))
                .toList();
        if (!signers.isEmpty()) {
            met(signers.get(0));
            if (counts(BundleLayout.MANIFEST_SIGNATURE, signers.get(0))) {
                requireAlgorithms(
                        BundleLayout.MANIFEST_SIGNATURE,
                        TrustRole.BUNDLE,
                        origin,
                        Set.of(signers.get(0).algorithm()),
                        EnumSet.noneOf(KeyAlgorithm.class));
            }
        } else if (named.isPresent()) {
            fail(
                    BundleLayout.MANIFEST_SIGNATURE,
                    "the signature does not verify with listed key "
                            + named.get().keyId());
        } else {
            stranger(BundleLayout.MANIFEST_SIGNATURE + " is not by a key that the trust root lists for bundles");
        }
    }

    private static Optional<TrustedKey> key(List<TrustedKey> listed, String keyId) {
        return listed.stream().filter(key -> key.keyId().equals(keyId)).findFirst();
    }

    private static boolean verifies(TrustedKey key, byte[] message, byte[] signature) {
        try {
            Signatures.verify(key.algorithm(), key.spki(), message, signature);
            return true;
        } catch (InvalidSignatureException e) {
            return false; // the caller decides what a signature that does not verify means
        }
    }

    private void met(TrustedKey key) {
        signers.merge(
                key.keyId(),
                new BundleFacts.Signer(key.keyId(), key.algorithm().wireName(), key.notBefore(), key.notAfter(), 1),
                BundleFacts.Signer::plus);
    }

    /** Whether the key may have signed at the window's end. */
    private boolean counts(String file, TrustedKey key) {
        TrustedKey.Standing standing = key.standing(at);
        if (standing == TrustedKey.Standing.VALID) {
            return true;
        }
        String why =
                switch (standing) {
                    case NOT_YET_VALID -> "is valid only from " + key.notBefore();
                    case EXPIRED -> "was valid only until " + key.notAfter();
                    case REVOKED -> "is revoked";
                    case COMPROMISED ->
                        "is compromised since " + key.compromisedSince().orElseThrow()
                                + " and no anchor proves this older";
                    case VALID -> throw new IllegalStateException("a valid key counts");
                };
        fail(file, "signed by key " + key.keyId() + ", which " + why + "; the window ends " + at);
        return false;
    }

    private void requireAlgorithms(
            String file, TrustRole role, String origin, Set<KeyAlgorithm> verified, Set<KeyAlgorithm> strangers) {
        if (findings.failed(Phase.SIGNATURES)) {
            return; // a listed key's signature did not count; what is missing follows from that
        }
        for (Set<KeyAlgorithm> anyOf : root.missing(role, origin, at, verified)) {
            String names = KeyAlgorithm.text(anyOf);
            if (anyOf.stream().anyMatch(strangers::contains)) {
                stranger(file + ": the required " + names
                        + " signature is only by keys that the trust root does not list for this role and scope");
            } else {
                fail(file, "no " + names + " signature, which the trust root requires");
            }
        }
    }

    /** Listed keys whose signatures verified, whether they may count or not. */
    List<BundleFacts.Signer> signers() {
        return List.copyOf(signers.values());
    }

    private void stranger(String why) {
        findings.notChecked(Phase.SIGNATURES, ExitCode.UNTRUSTED, why);
    }

    private void fail(String file, String message) {
        findings.fail(Phase.SIGNATURES, file, message);
    }
}
