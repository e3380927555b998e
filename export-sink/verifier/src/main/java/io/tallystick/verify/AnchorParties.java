// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.note.NoteException;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.LocalLog;
import io.tallystick.receipt.LocalLogReceipt;
import io.tallystick.receipt.Receipt;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.RekorLog;
import io.tallystick.receipt.TimestampAuthority;
import io.tallystick.receipt.Witness;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The outside parties that a trust root lists, and how a receipt of each is verified. */
final class AnchorParties {
    private final List<TrustedKey> ours;
    private final Map<ReceiptNames.Parsed, List<Verification>> parties = new HashMap<>();
    private final List<String> unusable = new ArrayList<>();
    private final List<byte[]> logged;

    private interface Verification {
        Receipt verify(byte[] object, AnchoredCheckpoint checkpoint, Instant windowEnd) throws ReceiptException;
    }

    AnchorParties(TrustRoot root) {
        this.ours = root.keys();
        this.logged = root.keys(TrustRole.CHECKPOINT, root.ledger()).stream()
                .filter(key -> key.algorithm() == KeyAlgorithm.ECDSA_P256)
                .map(TrustedKey::spki)
                .toList();
        witnesses(root.anchors().witnesses());
        for (TrustAnchors.Tsa tsa : root.anchors().tsa()) {
            authority(tsa);
        }
        for (TrustAnchors.Log log : root.anchors().logs()) {
            log(log);
        }
    }

    /** The Ed25519 form does not bind the name: one key under two names is one witness. */
    private void witnesses(List<TrustAnchors.Witness> listed) {
        Map<String, String> names = new HashMap<>();
        for (TrustAnchors.Witness one : listed) {
            if (isOurs(one.vkey(), "witness " + one.vkey())) {
                continue;
            }
            try {
                Witness witness = Witness.parse(one.vkey());
                String key = HexFormat.of().formatHex(witness.spki());
                String other = names.putIfAbsent(key, witness.name());
                if (other != null) {
                    unusable.add("witness " + witness.name() + " has the key of witness " + other);
                } else {
                    String id = HexFormat.of().toHexDigits(witness.keyId());
                    put(
                            ReceiptNames.Form.COSIGNATURE,
                            id,
                            (object, checkpoint, end) -> witness.verify(object, checkpoint.checkpoint()));
                }
            } catch (NoteException e) {
                unusable.add("a witness: " + e.getMessage());
            }
        }
    }

    private void authority(TrustAnchors.Tsa tsa) {
        try {
            TimestampAuthority authority = TimestampAuthority.of(tsa);
            put(
                    ReceiptNames.Form.TIMESTAMP,
                    tsa.id(),
                    (object, checkpoint, end) -> authority.verify(object, checkpoint));
        } catch (ReceiptException e) {
            unusable.add("authority " + tsa.id() + ": " + e.getMessage());
        }
    }

    private void log(TrustAnchors.Log listed) {
        if (isOurs(listed.vkey(), "log " + listed.id())) {
            return;
        }
        try {
            if (listed.kind().equals(RekorLog.KIND)) {
                RekorLog log = RekorLog.of(listed);
                put(
                        ReceiptNames.Form.REKOR,
                        listed.id(),
                        (object, checkpoint, end) -> log.verify(object, checkpoint, logged, end));
            } else if (listed.kind().equals(LocalLog.KIND)) {
                put(ReceiptNames.Form.LOCAL_LOG, listed.id(), LocalLog.of(listed)::verify);
            } else {
                unusable.add("log " + listed.id() + " is of the unknown kind " + listed.kind());
            }
        } catch (ReceiptException e) {
            unusable.add("log " + listed.id() + ": " + e.getMessage());
        }
    }

    /** Who signs the ledger vouches for nothing as an outside party. */
    private boolean isOurs(String vkey, String who) {
        boolean own = ours.stream().anyMatch(key -> key.isKeyOf(vkey));
        if (own) {
            unusable.add(who + " has a key of the ledger itself");
        }
        return own;
    }

    private void put(ReceiptNames.Form form, String id, Verification verification) {
        parties.computeIfAbsent(new ReceiptNames.Parsed(form, id), name -> new ArrayList<>())
                .add(verification);
    }

    boolean isEmpty() {
        return parties.isEmpty();
    }

    /** What the trust root lists but nothing can be verified with. */
    List<String> unusable() {
        return List.copyOf(unusable);
    }

    /** Whose receipts can be verified, by the names of these. */
    Set<ReceiptNames.Parsed> listed() {
        return Collections.unmodifiableSet(parties.keySet());
    }

    boolean lists(ReceiptNames.Parsed name) {
        return parties.containsKey(name);
    }

    /** Names of the receipts that can be verified, each with {@link #bytesMax} of its form. */
    SortedMap<String, Integer> names() {
        SortedMap<String, Integer> names = new TreeMap<>();
        parties.keySet().forEach(party -> names.put(name(party), bytesMax(party.form())));
        return names;
    }

    private static String name(ReceiptNames.Parsed party) {
        return switch (party.form()) {
            case COSIGNATURE -> ReceiptNames.cosignature(HexFormat.fromHexDigits(party.party()));
            case TIMESTAMP -> ReceiptNames.timestamp(party.party());
            case REKOR -> ReceiptNames.rekor(party.party());
            case LOCAL_LOG -> ReceiptNames.localLog(party.party());
        };
    }

    /** The bytes that a receipt of this form may have. */
    static int bytesMax(ReceiptNames.Form form) {
        return switch (form) {
            case COSIGNATURE -> Witness.SIZE_MAX;
            case TIMESTAMP -> TimestampAuthority.SIZE_MAX;
            case REKOR -> RekorLog.SIZE_MAX;
            case LOCAL_LOG -> LocalLogReceipt.SIZE_MAX;
        };
    }

    /**
     * Verifies a receipt with the party it is named for. Key ids of witnesses have four bytes: where two witnesses share
     * one, either may have signed.
     *
     * @throws ReceiptException the first party's, if none takes it, or if the time it states cannot be right
     */
    Receipt verify(ReceiptNames.Parsed name, byte[] object, AnchoredCheckpoint checkpoint, Instant windowEnd)
            throws ReceiptException {
        Optional<ReceiptException> first = Optional.empty();
        for (Verification party : parties.get(name)) {
            try {
                Receipt receipt = party.verify(object, checkpoint, windowEnd);
                receipt.requirePossible(windowEnd);
                return receipt;
            } catch (ReceiptException e) {
                first = first.or(() -> Optional.of(e));
            }
        }
        throw first.orElseThrow();
    }
}
