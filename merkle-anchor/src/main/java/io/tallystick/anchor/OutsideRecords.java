// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.external.Position;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Settled;
import io.tallystick.avro.AnchorProgress;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.avro.Cut;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.entry.Bytes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The records the anchors' part reads and writes. */
final class OutsideRecords {
    private OutsideRecords() {}

    /** The registry checkpoint in a record of {@code ledger.checkpoints}; chains' checkpoints are none. */
    static Optional<RegistryCheckpoint> checkpoint(ConsumerRecord<String, SpecificRecord> record, String origin) {
        if (record.value() instanceof SignedCheckpoint value
                && value.getCut() == Cut.WINDOW
                && value.getOrigin().equals(origin)) {
            Bytes note = Bytes.of(EntryRecords.bytes(value.getNote()));
            return Optional.of(new RegistryCheckpoint(value.getSize(), value.getWindowStart(), record.offset(), note));
        }
        return Optional.empty();
    }

    static Attestation attestation(Anchor anchor, Settled settled) {
        Attestation.Builder builder = Attestation.newBuilder()
                .setRegistrySize(settled.size())
                .setWindowStart(settled.windowStart())
                .setAnchor(anchor.id())
                .setKind(kind(anchor.kind()))
                .setAttempts(settled.attempts());
        if (settled.end() instanceof Settled.Confirmed confirmed) {
            builder.setState(AttestationState.CONFIRMED)
                    .setObjectName(anchor.objectName())
                    .setReceipt(ByteBuffer.wrap(confirmed.receipt().toByteArray()));
        } else if (settled.end() instanceof Settled.Rejected rejected) {
            builder.setState(AttestationState.REJECTED).setError(rejected.reason());
        } else if (settled.end() instanceof Settled.CoveredBy covered) {
            builder.setState(AttestationState.COVERED_BY).setCoveredBy(covered.size());
        }
        return builder.build();
    }

    private static io.tallystick.avro.AnchorKind kind(AnchorKind kind) {
        return io.tallystick.avro.AnchorKind.valueOf(kind.name());
    }

    static AnchorProgress progress(String anchor, Position position, long registryOffset) {
        return AnchorProgress.newBuilder()
                .setAnchor(anchor)
                .setCheckpointsOffset(position.next())
                .setSettled(List.copyOf(position.settled()))
                .setConfirmedSize(position.confirmedSize())
                .setRegistryOffset(registryOffset)
                .setStoppedSize(position.stopped().map(Position.Stop::size).orElse(null))
                .setStoppedReason(position.stopped().map(Position.Stop::reason).orElse(null))
                .build();
    }

    static Position position(AnchorProgress progress) {
        return new Position(
                progress.getCheckpointsOffset(),
                Set.copyOf(progress.getSettled()),
                progress.getConfirmedSize(),
                stop(progress));
    }

    private static Optional<Position.Stop> stop(AnchorProgress progress) {
        return Optional.ofNullable(progress.getStoppedSize())
                .map(size -> new Position.Stop(size, Objects.requireNonNullElse(progress.getStoppedReason(), "")));
    }
}
