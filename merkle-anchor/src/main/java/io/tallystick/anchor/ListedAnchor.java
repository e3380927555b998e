// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Submission;
import io.tallystick.entry.Bytes;
import io.tallystick.note.NoteException;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.LocalLog;
import io.tallystick.receipt.Receipt;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.RekorLog;
import io.tallystick.receipt.TimestampAuthority;
import io.tallystick.receipt.Witness;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An anchor whose receipts are also verified as the trust root lists it, before they count. The verifier goes by the trust root
 * alone, and one stored receipt that it refuses makes good evidence fail: of an authority with another root certificate than
 * listed, or of one that was ended there while this process ran.
 *
 * <p>That a receipt's time can be right, which a verifier requires too, the anchor itself has made sure of.
 *
 * <p>A party that is not listed is taken as it is configured: a verifier passes over its receipts.
 */
final class ListedAnchor implements Anchor {
    private final Anchor anchor;
    private final Supplier<TrustRoot> trustRoot;
    private final Duration window;

    /** As the verifier does it. */
    private interface Check {
        Receipt verify(byte[] receipt, AnchoredCheckpoint checkpoint, Instant windowEnd) throws ReceiptException;
    }

    /**
     * @param trustRoot asked for the newest version at each receipt
     * @param window length of a window
     */
    ListedAnchor(Anchor anchor, Supplier<TrustRoot> trustRoot, Duration window) {
        this.anchor = anchor;
        this.trustRoot = trustRoot;
        this.window = window;
    }

    @Override
    public String id() {
        return anchor.id();
    }

    @Override
    public AnchorKind kind() {
        return anchor.kind();
    }

    @Override
    public String objectName() {
        return anchor.objectName();
    }

    /** Whether the trust root says anything of it now. */
    boolean isListed() {
        return check(trustRoot.get()).isPresent();
    }

    @Override
    public Answer submit(Submission submission) {
        Answer answer = anchor.submit(submission);
        if (answer instanceof Answer.Confirmed confirmed) {
            return objection(confirmed.receipt(), submission.checkpoint())
                    .<Answer>map(Answer.Failed::new)
                    .orElse(answer);
        }
        return answer;
    }

    private Optional<String> objection(Bytes receipt, RegistryCheckpoint checkpoint) {
        TrustRoot root = trustRoot.get();
        Optional<Check> check = check(root);
        try {
            if (check.isPresent()) {
                var unused = check.get()
                        .verify(
                                receipt.toByteArray(),
                                AnchoredCheckpoint.parse(checkpoint.note().toByteArray()),
                                checkpoint.windowStart().plus(window));
            }
            return Optional.empty();
        } catch (ReceiptException e) {
            return Optional.of("by version " + root.version() + " of the trust root its receipt does not count, "
                    + e.getMessage() + "; list the anchor there as it is, or correct " + OutsideConfig.PREFIX + id()
                    + ".*");
        } catch (NoteException e) {
            throw new IllegalArgumentException("what was submitted is no checkpoint: " + e.getMessage(), e);
        }
    }

    private Optional<Check> check(TrustRoot root) {
        TrustAnchors listed = root.anchors();
        return switch (kind()) {
            case WITNESS ->
                listed.witnesses().stream()
                        .flatMap(one -> usable(one).stream())
                        .filter(witness -> witness.objectName().equals(objectName()))
                        .findFirst()
                        .map(witness -> (receipt, checkpoint, end) -> witness.verify(receipt, checkpoint.checkpoint()));
            case TSA ->
                listed.tsa().stream()
                        .filter(tsa -> tsa.id().equals(id()))
                        .findFirst()
                        .map(tsa -> (receipt, checkpoint, end) ->
                                TimestampAuthority.of(tsa).verify(receipt, checkpoint));
            case REKOR ->
                log(listed, RekorLog.KIND)
                        .map(log -> (receipt, checkpoint, end) ->
                                RekorLog.of(log).verify(receipt, checkpoint, p256(root), end));
            case LOCAL_LOG ->
                log(listed, LocalLog.KIND)
                        .map(log ->
                                (receipt, checkpoint, end) -> LocalLog.of(log).verify(receipt, checkpoint, end));
        };
    }

    private static Optional<Witness> usable(TrustAnchors.Witness listed) {
        try {
            return Optional.of(Witness.parse(listed.vkey()));
        } catch (NoteException e) {
            return Optional.empty(); // the verifier passes over it, too
        }
    }

    private Optional<TrustAnchors.Log> log(TrustAnchors listed, String kind) {
        return listed.logs().stream()
                .filter(log -> log.id().equals(id()) && log.kind().equals(kind))
                .findFirst();
    }

    /** Whatever has become of them: what they signed is in the log. */
    private static List<byte[]> p256(TrustRoot root) {
        return root.keys(TrustRole.CHECKPOINT, root.ledger()).stream()
                .filter(key -> key.algorithm() == KeyAlgorithm.ECDSA_P256)
                .map(TrustedKey::spki)
                .toList();
    }

    @Override
    public void close() {
        anchor.close();
    }
}
