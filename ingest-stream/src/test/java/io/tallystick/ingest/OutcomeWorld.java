// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.entry.Body;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.Event;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.SourceRange;
import io.tallystick.topic.Topics;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Entries and tenants' topics in memory, which answer, wait and fail as a test says, and a loop between them. */
final class OutcomeWorld {
    private static final IngestTiming TIMING = new IngestTiming(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ofMillis(1));
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Hash PREVIOUS = Rfc6962.leafHash(new byte[1]);
    private static final Instant RECORDED = Instant.parse("2026-11-21T03:22:01.250Z");

    private record Pending(String tenant, long seq, Callback callback) {}

    /** Refusals of the sequencer that were counted, as tenant:code. */
    final List<String> refused = new ArrayList<>();
    /** Tenants whose topics acknowledge nothing until they are told to. */
    final Set<String> silent = new HashSet<>();

    final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    private final Map<TopicPartition, List<LedgerEntry>> log = new HashMap<>();
    private final Map<String, Long> seqs = new HashMap<>();
    private final Map<String, Deque<Pending>> pending = new TreeMap<>();
    private final Map<String, List<Long>> written = new HashMap<>();
    private final List<CompletableFuture<Void>> lookUps = new ArrayList<>();
    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    private boolean lookUpsWait;
    private EntriesConsumer main;
    EntriesConsumer side;
    OutcomeLoop loop;

    static TopicPartition partition(int partition) {
        return new TopicPartition(new Topics(Topics.DEFAULT_PREFIX).entries(), partition);
    }

    /** An instance that goes on from what was committed. The one before is gone, with what it had on its way. */
    void start(int... partitions) {
        pending.clear();
        lookUps.clear();
        Inbox inbox = new Inbox();
        main = new EntriesConsumer(log, committed);
        side = new EntriesConsumer(log, committed);
        loop = new OutcomeLoop(
                main,
                new Writer(),
                (topic, place) -> entry(new String(place, UTF_8)),
                new OutcomeRecords(topics, Duration.ofMinutes(15)),
                new OutcomeTenants(this::lookUp, inbox, TIMING.retry()),
                side,
                inbox,
                TIMING,
                new OutcomeMetrics(
                        new SimpleMeterRegistry(), (tenant, reason) -> refused.add(tenant + ":" + reason.code())));
        loop.begin(topics.entries());
        take(partitions);
    }

    void take(int... partitions) {
        List<TopicPartition> taken =
                Arrays.stream(partitions).mapToObj(OutcomeWorld::partition).toList();
        main.assign(taken);
        taken.forEach(partition -> main.seek(
                partition,
                committed.containsKey(partition) ? committed.get(partition).offset() : 0));
        loop.onPartitionsAssigned(taken);
    }

    /** Another instance takes all partitions; this one could not commit. */
    void lose() {
        loop.onPartitionsLost(main.assignment());
        main.assign(List.of());
    }

    /** Another instance takes all partitions. */
    void revoke() {
        loop.onPartitionsRevoked(main.assignment());
        main.assign(List.of());
    }

    void turnUntil(BooleanSupplier done) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain; committed: " + committed);
            }
            loop.turn();
        }
    }

    void turns(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            loop.turn();
        }
    }

    /** Whether the loop has read all there is. */
    boolean isAllRead() {
        return main.isAtEnd();
    }

    void event(int partition, String tenant) {
        long seq = next(tenant);
        append(
                partition,
                tenant,
                seq,
                new Event(
                        new SourceRange(seq, seq + 1, Optional.empty()),
                        "e:" + seq,
                        "order",
                        Optional.empty(),
                        Optional.of("/orders"),
                        new PayloadRef(2, Hash.ZERO, PayloadRef.JSON),
                        Optional.empty(),
                        OptionalLong.empty()));
    }

    void rejected(int partition, String tenant, RejectReason reason) {
        long seq = next(tenant);
        append(
                partition,
                tenant,
                seq,
                new Rejected(
                        new SourceRange(seq, seq + 1, Optional.empty()),
                        reason,
                        Optional.of("e:" + seq),
                        Optional.of("order"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new PayloadRef(2, Hash.ZERO, PayloadRef.JSON)),
                        Optional.empty(),
                        reason.namesEarlierEntry() ? OptionalLong.of(0) : OptionalLong.empty()));
    }

    private long next(String tenant) {
        return seqs.merge(tenant, 1L, Long::sum);
    }

    /** The number of the tenant's last entry; 0 if it has none. */
    long last(String tenant) {
        return seqs.getOrDefault(tenant, 0L);
    }

    private void append(int partition, String tenant, long seq, Body body) {
        ChainId chain = new ChainId(tenant, 0);
        byte[] entry = EntryCodec.encode(new Entry(chain, seq, PREVIOUS, RECORDED, body));
        log.computeIfAbsent(partition(partition), none -> new ArrayList<>())
                .add(LedgerEntry.newBuilder()
                        .setPseq(seq)
                        .setChain(chain.toString())
                        .setSeq(seq)
                        .setLeaderEpoch(0)
                        .setEntry(ByteBuffer.wrap(entry))
                        .build());
    }

    private LedgerEntry entry(String place) {
        String[] parts = place.split("/", -1);
        return log.get(partition(Integer.parseInt(parts[0]))).get(Integer.parseInt(parts[1]));
    }

    /** The numbers of the tenant's entries whose outcomes it has been told of, in that order. */
    List<Long> told(String tenant) {
        return written.getOrDefault(tenant, List.of());
    }

    /** How many records are on their way to a tenant. */
    int onTheirWay(String tenant) {
        return pending.getOrDefault(tenant, new ArrayDeque<>()).size();
    }

    /** The first record on its way to the tenant is written, or fails. */
    void settle(String tenant, boolean succeeds) {
        Deque<Pending> of = pending.getOrDefault(tenant, new ArrayDeque<>());
        if (!of.isEmpty()) {
            Pending first = of.removeFirst();
            if (succeeds) {
                written.computeIfAbsent(tenant, none -> new ArrayList<>()).add(first.seq());
            }
            first.callback().onCompletion(null, succeeds ? null : new TimeoutException("not enough replicas"));
        }
    }

    void settleAll(String tenant, boolean succeed) {
        while (onTheirWay(tenant) > 0) {
            settle(tenant, succeed);
        }
    }

    /** From now on topics are found when {@link #answerLookUps} is called. */
    void holdLookUps() {
        lookUpsWait = true;
    }

    void answerLookUps() {
        lookUpsWait = false;
        lookUps.forEach(answer -> answer.complete(null));
    }

    private CompletionStage<?> lookUp(String tenant) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (lookUpsWait) {
            lookUps.add(answer);
        } else {
            answer.complete(null);
        }
        return answer;
    }

    /** Acknowledges in the order of sending, as an idempotent producer. */
    private final class Writer extends MockProducer<String, byte[]> {
        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<String, byte[]> record, Callback callback) {
            String tenant = record.topic().substring(record.topic().lastIndexOf('.') + 1);
            long seq = Long.parseLong(record.key().substring(record.key().lastIndexOf(':') + 1));
            pending.computeIfAbsent(tenant, none -> new ArrayDeque<>()).addLast(new Pending(tenant, seq, callback));
            if (!silent.contains(tenant)) {
                settleAll(tenant, true);
            }
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public synchronized void flush() {
            throw new AssertionError("a flush waits for every tenant");
        }
    }
}
