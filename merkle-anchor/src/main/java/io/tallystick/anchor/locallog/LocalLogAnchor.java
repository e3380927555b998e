// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.locallog;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Submission;
import io.tallystick.entry.Bytes;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.LocalLog;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.LongConsumer;

/** A log in a file. Receipt: a {@code LocalLogReceipt}. The file is opened at the first submission, and again after a failure. */
public final class LocalLogAnchor implements Anchor {
    private final String id;
    private final String origin;
    private final Path path;
    private final SigningKey key;
    private final LocalLog verifier;
    private final LongConsumer onCut;
    private LogFile open;

    /**
     * @param origin first line of the log's checkpoints
     * @param key signs them; closed with this
     * @param onCut told how many bytes of a torn line were cut off at opening
     * @throws IllegalArgumentException if id or origin cannot be a log's
     */
    public LocalLogAnchor(String id, String origin, Path path, SigningKey key, LongConsumer onCut) {
        this.id = id;
        this.origin = origin;
        this.path = path;
        this.key = key;
        this.onCut = onCut;
        try {
            this.verifier = LocalLog.of(new TrustAnchors.Log(
                    id, LocalLog.KIND, origin, vkey(), new TrustAnchors.ValidFor(Instant.EPOCH, Instant.MAX)));
        } catch (ReceiptException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** The key of its checkpoints, as a trust root lists it. */
    public String vkey() {
        return NoteVerifiers.vkey(origin, key.algorithm(), key.spki());
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public AnchorKind kind() {
        return AnchorKind.LOCAL_LOG;
    }

    @Override
    public String objectName() {
        return ReceiptNames.localLog(id);
    }

    @Override
    public synchronized Answer submit(Submission submission) {
        if (submission.confirmedSize() > 0) {
            for (Path needed : List.of(path, LogFile.stateOf(path))) {
                if (!Files.exists(needed)) {
                    close();
                    return missing(needed);
                }
            }
        }
        byte[] object = submission.checkpoint().note().toByteArray();
        try {
            if (open != null && !open.isInPlace()) {
                close();
            }
            if (open == null) {
                open = LogFile.open(path, id, origin, key);
                if (open.cutBytes() > 0) {
                    onCut.accept(open.cutBytes());
                }
            }
            AnchoredCheckpoint checkpoint = AnchoredCheckpoint.parse(object);
            open.requireReaches(checkpoint.checkpoint().origin(), submission.confirmedSize());
            byte[] receipt = open.append(object).encode();
            var unused =
                    verifier.verify(receipt, checkpoint, submission.checkpoint().windowStart());
            return new Answer.Confirmed(Bytes.wrap(receipt));
        } catch (LogException e) {
            close();
            return new Answer.Contradicted(e.getMessage());
        } catch (IOException | ReceiptException e) {
            close();
            return new Answer.Failed(e.toString());
        } catch (NoteException e) {
            throw new IllegalArgumentException("what is submitted is no checkpoint: " + e.getMessage(), e);
        }
    }

    /** Without what was signed last it cannot be told whether this is the log that was. */
    private Answer missing(Path needed) {
        return new Answer.Failed("its file " + needed + " is missing; is its disk mounted? If it was lost or moved,"
                + " restore " + path.getFileName() + " there with "
                + LogFile.stateOf(path).getFileName()
                + ", or begin a log under another id: this one is not begun anew");
    }

    /** Gives the file back; the next submission opens it again. */
    @Override
    public synchronized void close() {
        LogFile closing = open;
        open = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
