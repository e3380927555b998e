// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.Command;
import io.tallystick.ingest.admit.SourceFollower;
import io.tallystick.topic.Topics;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Carries out what a follower decides, with the clients of this instance. For the ingest thread only. */
final class SourceCommands {
    private static final Logger LOGGER = LoggerFactory.getLogger(SourceCommands.class);

    /** What all partitions of an instance have in common. */
    record Shared(Topics topics, String cluster, Admission admission, IngestMetrics metrics) {}

    private final Consumer<byte[], byte[]> consumer;
    private final IngestWriter writer;
    private final SourceLocator locator;
    private final Inbox inbox;
    private final Shared shared;
    private final SourceReader reader;

    SourceCommands(
            Consumer<byte[], byte[]> consumer,
            IngestWriter writer,
            SourceLocator locator,
            Inbox inbox,
            Shared shared,
            SourceReader reader) {
        this.consumer = consumer;
        this.writer = writer;
        this.locator = locator;
        this.inbox = inbox;
        this.shared = shared;
        this.reader = reader;
    }

    void perform(OwnedPartition partition, List<Command> commands) {
        if (!commands.isEmpty()) {
            OfPartition performer = new OfPartition(partition);
            commands.forEach(command -> command.perform(performer));
        }
    }

    private final class OfPartition implements Command.Performer {
        private final OwnedPartition partition;

        OfPartition(OwnedPartition partition) {
            this.partition = partition;
        }

        @Override
        public void locate(Command.Locate command) {
            if (command.after().isZero()) {
                lookUp(command.lookup());
            } else {
                inbox.putIn(command.after(), () -> lookUp(command.lookup()));
            }
        }

        private void lookUp(long lookup) {
            SourceFollower follower = partition.follower();
            locator.locate(
                    partition.partition(),
                    () -> reader.isOwned(partition) && follower.awaits(lookup),
                    (found, failure) -> {
                        long now = System.nanoTime();
                        reader.perform(
                                partition,
                                failure == null
                                        ? follower.located(lookup, found, now)
                                        : follower.notLocated(lookup, failure.toString(), now));
                    });
        }

        @Override
        public void seek(Command.Seek command) {
            consumer.seek(
                    partition.partition(),
                    new OffsetAndMetadata(command.to().offset(), SourceProbe.leaderEpoch(command.to()), ""));
        }

        @Override
        public void send(Command.SendGap command) {
            shared.metrics().tenant(partition.tenant()).gap();
            writer.send(command.message(), partition, command.flight());
        }

        @Override
        public void send(Command.SendClaim command) {
            shared.metrics().tenant(partition.tenant()).claimed();
            writer.send(command.message(), failure -> inbox.put(() -> reader.claimFailed(partition, failure)));
        }

        @Override
        public void send(Command.SendConfig command) {
            writer.send(
                    shared.admission().config(partition.follower().chain(), command.policies()),
                    failure -> inbox.put(partition.follower()::configFailed));
        }

        @Override
        public void backOff(Command.BackOff command) {
            inbox.putIn(command.pause(), () -> {
                partition.follower().backedOff(System.nanoTime());
                reader.perform(partition, List.of());
            });
        }

        @Override
        public void alert(Command.Alert command) {
            if (command.kind() == Command.Alert.Kind.WENT_BACK) {
                shared.metrics().tenant(partition.tenant()).wentBack();
            }
            LOGGER.atLevel(level(command.kind()))
                    .addKeyValue("chain", partition.follower().chain())
                    .addKeyValue("topic", partition.partition().topic())
                    .addKeyValue("ingestPartition", partition.destination())
                    .addKeyValue("found", command.detail())
                    .log(text(command.kind(), partition.tenant()));
        }
    }

    private static Level level(Command.Alert.Kind kind) {
        return switch (kind) {
            case SOURCE_TRUNCATED, SOURCE_DAMAGED, RECORDS_LOST, TOPIC_RECREATED -> Level.ERROR;
            case OTHER_TOPIC_SEQUENCED, WENT_BACK, SEND_FAILED, CLAIM_FAILED, NOT_LOCATED, NOT_READ, NO_ROOM ->
                Level.WARN;
        };
    }

    private static String text(Command.Alert.Kind kind, String tenant) {
        return switch (kind) {
            case SOURCE_TRUNCATED -> "source was truncated; reading it again from there";
            case SOURCE_DAMAGED ->
                "source cannot be read further; its chain waits, others go on. If its log is damaged: move its leader to"
                        + " a replica that is whole, or delete its records up to the damage, which records a gap; then"
                        + " restart this instance";
            case RECORDS_LOST -> "source records are lost; a gap is recorded";
            case TOPIC_RECREATED ->
                "source topic has another id than its tenant's descriptor; nothing of it is read."
                        + " If it was created again on purpose: tally tenant rebind " + tenant;
            case OTHER_TOPIC_SEQUENCED -> "the chain belongs to another topic id; it waits for an operator";
            case WENT_BACK -> "the sequencer stands elsewhere, going there";
            case SEND_FAILED -> "message not written, reading its chain again";
            case CLAIM_FAILED -> "claim not written, the next follows";
            case NOT_LOCATED -> "source cannot be looked up, trying again";
            case NOT_READ ->
                "source has records that its broker does not hand out; does its partition have a leader, and what does the"
                        + " leader's log say?";
            case NO_ROOM ->
                "ledger.ingest takes nothing more of this chain, nor of others in the same partition; does that have a leader"
                        + " and enough replicas in sync?";
        };
    }
}
