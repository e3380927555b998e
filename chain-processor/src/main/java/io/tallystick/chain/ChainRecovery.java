// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static java.util.Objects.requireNonNull;

import io.tallystick.avro.ChainHalt;
import io.tallystick.chain.recover.ChainSeals;
import io.tallystick.chain.recover.KnownSizes;
import io.tallystick.chain.recover.KnownSizes.Lost;
import io.tallystick.chain.recover.PartitionRebuild;
import io.tallystick.chain.recover.PartitionRebuild.Rebuilt;
import io.tallystick.chain.recover.RecoveryRefusedException;
import io.tallystick.chain.recover.RegisteredHeads.Registered;
import io.tallystick.chain.recover.RegistrySeal;
import io.tallystick.chain.recover.SignedRegistry;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.HaltMarks;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordDeserializationException;
import org.apache.kafka.common.serialization.Serde;

/**
 * What an operator does when the head guard has refused, or a chain is halted. For one thread.
 *
 * <p>{@link #rebuild} trusts nothing but the trust root it is given: the entries topic must hold every entry that the last
 * signed registry checkpoint and the newest signed checkpoint of each chain commit to, or nothing is written.
 */
public final class ChainRecovery {
    private static final Duration MEMBERS_POLL = Duration.ofSeconds(1);
    private static final long PROGRESS_RECORDS = 10_000;

    private final ChainConfig config;
    private final Consumer<Progress> progress;
    private final Serde<SpecificRecord> records;
    private final Duration pendingMax;

    /**
     * How far a long step is.
     *
     * @param step what is being done, for people to read
     * @param done how much of it
     * @param total of how much; 0 if unknown
     */
    public record Progress(String step, long done, long total) {}

    /**
     * How to rebuild.
     *
     * @param trustRoot whose keys must have signed the registry; may be empty only if there is no signed registry yet
     * @param withoutRegistry go on although no registry checkpoint exists, so that at most chain checkpoints vouch for the topic
     * @param acceptLoss go on although the topic lacks entries that were written once; never such as were signed
     * @param dryRun compare all, write nothing
     * @param membersWait how long to wait for the sessions of stopped instances to end
     */
    public record Options(
            Optional<TrustRoot> trustRoot,
            boolean withoutRegistry,
            boolean acceptLoss,
            boolean dryRun,
            Duration membersWait) {
        public Options {
            requireNonNull(trustRoot, "trustRoot");
            requireNonNull(membersWait, "membersWait");
        }
    }

    /**
     * What was found and done.
     *
     * @param records records of the entries topic read
     * @param chains chains rebuilt
     * @param entries entries of all chains
     * @param halted chains that are halted
     * @param unhalted marks of chains that were halted and of which nothing is left: they begin again without
     * @param registry what the topic was compared with; empty if nothing was signed yet
     * @param heads registered chain heads compared
     * @param checkpoints signed chain checkpoints compared
     * @param lost entries that were written once, never signed, and are not in the topic, as far as anything knows of them
     * @param written whether the state was written
     * @param deleted keys of the changelog that the rebuilt state does not have
     * @param offsetsSet input offsets that were missing
     * @param removed the local state directory, if there was one and it was deleted
     */
    public record Report(
            long records,
            long chains,
            long entries,
            List<String> halted,
            List<ChainHalt> unhalted,
            Optional<SignedRegistry> registry,
            int heads,
            int checkpoints,
            List<Lost> lost,
            boolean written,
            long deleted,
            int offsetsSet,
            Optional<Path> removed) {
        public Report {
            halted = List.copyOf(halted);
            unhalted = List.copyOf(unhalted);
            lost = List.copyOf(lost);
        }
    }

    /** What was signed: the registry with the heads it commits to, and the newest checkpoint of each chain. */
    private record Vouched(
            Optional<SignedRegistry> registry, Map<String, Registered> heads, Map<String, TreeHead> checkpoints) {}

    /** What writing did. */
    private record Written(long deleted, int offsetsSet, Optional<Path> removed) {}

    /**
     * @param config the chain stage's
     * @param progress told now and then, on the caller's thread
     */
    public ChainRecovery(ChainConfig config, Consumer<Progress> progress) {
        this.config = requireNonNull(config, "config");
        this.progress = requireNonNull(progress, "progress");
        this.records = new LedgerSerdes(config.ledger().schemaRegistryUrl()).records();
        this.pendingMax = CommittedRecords.pendingMax(config.transactionTimeout());
    }

    /**
     * Rebuilds the state of all chains from the entries topic, once the topic has been found to hold what was signed, and puts
     * it where the stage restores it from.
     *
     * <p>What was signed is the floor: a topic cut below it is refused. A topic cut above it is refused until the loss is accepted,
     * as far as the changelog or unsigned tree heads know of it; what nothing knows of cannot be told.
     *
     * @throws RecoveryRefusedException if the topics disagree with each other or with what was signed, the stage runs, or
     *     nothing was signed; nothing was written
     * @throws LedgerIntegrityException if the cluster is not this ledger's
     * @throws org.apache.kafka.common.KafkaException if the brokers do not answer
     */
    public Report rebuild(Options options) {
        try (LedgerAdmin ledger = new LedgerAdmin(config.ledger())) {
            ledger.checkTopics();
        }
        try (Admin admin = Admin.create(config.ledger().kafkaClient(client()));
                CommittedRecords<SpecificRecord> reader = reader()) {
            ChainGroup group = new ChainGroup(config, admin);
            requireStopped(group, options.membersWait());
            RegistryReader registry = new RegistryReader(config.ledger(), reader);
            Vouched vouched = vouched(options, registry);
            List<Long> ends = new ArrayList<>();
            List<Rebuilt> rebuilt = new ArrayList<>();
            for (int partition = 0; partition < config.ledger().partitions(); partition++) {
                ends.add(reader.end(entries(partition)));
                rebuilt.add(rebuild(reader, partition, ends.get(partition), vouched));
            }
            Collection<ChainHalt> marks = halts();
            List<Lost> lost = lost(rebuilt, registry, marks, admin);
            HaltMarks.Changed changed = restoreHalts(rebuilt, marks);
            requireAccepted(lost, options);
            if (options.dryRun()) {
                return report(rebuilt, vouched, lost, changed, Optional.empty());
            }
            requireStopped(group, Duration.ZERO);
            requireUnchanged(reader, ends);
            return report(rebuilt, vouched, lost, changed, Optional.of(write(admin, group, rebuilt, changed)));
        }
    }

    /** Nobody may write while the topic is read, nor restore while the changelog is written. */
    private void requireStopped(ChainGroup group, Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        List<String> members = group.members();
        while (!members.isEmpty()) {
            if (System.nanoTime() >= deadline) {
                throw RecoveryRefusedException.notReady(
                        "the chain stage runs, or its sessions have not ended: group " + group.name() + " has members "
                                + members,
                        "Stop every instance of the chain stage and wait for session.timeout.ms (45 s).");
            }
            progress.accept(new Progress("waiting for " + members + " to leave group " + group.name(), 0, 0));
            LockSupport.parkNanos(MEMBERS_POLL.toNanos());
            members = group.members();
        }
        new LocalState(config).requireUnused();
    }

    private Vouched vouched(Options options, RegistryReader registry) {
        progress.accept(new Progress("reading what was signed", 0, 0));
        Optional<RegistrySeal> seal = registry.seal();
        ChainSeals chains = registry.chains();
        if (seal.isEmpty() && !options.withoutRegistry()) {
            throw RecoveryRefusedException.notReady(
                    config.ledger().topics().checkpoints() + " holds no registry checkpoint of "
                            + config.ledger().origin() + ": nothing signed vouches for the entries topic",
                    "If the ledger has never closed a window, use --without-registry. If it has, bring the topic back.");
        }
        if (seal.isEmpty() && chains.isEmpty()) {
            return new Vouched(Optional.empty(), Map.of(), Map.of());
        }
        TrustRoot trustRoot = options.trustRoot()
                .orElseThrow(() -> RecoveryRefusedException.notReady(
                        seal.map(found -> "there is a signed registry checkpoint of size "
                                                + found.head().size())
                                        .orElse("there are signed checkpoints of chains")
                                + ", but no trust root to verify it with",
                        "Name the trust root with --trust-root FILE."));
        Optional<SignedRegistry> signed = seal.map(found -> registry.signed(found, trustRoot));
        Map<String, Registered> heads = signed.map(registry::heads).orElse(Map.of());
        return new Vouched(signed, heads, chains.verify(trustRoot, heads));
    }

    private Rebuilt rebuild(CommittedRecords<SpecificRecord> reader, int partition, long end, Vouched vouched) {
        TopicPartition entries = entries(partition);
        long begin = reader.begin(entries);
        if (begin > 0) {
            throw RecoveryRefusedException.disagrees(
                    entries + " begins at offset " + begin + ", expected 0: its first records were deleted");
        }
        PartitionRebuild rebuild = new PartitionRebuild(
                SequencerSupplier.place(config.ledger(), partition),
                of(partition, vouched.heads()),
                of(partition, vouched.checkpoints()));
        try {
            reader.read(entries, 0, end, record -> apply(rebuild, record, end));
            Rebuilt rebuilt = rebuild.finish();
            progress.accept(new Progress("reading " + entries, end, end));
            return rebuilt;
        } catch (RecordDeserializationException e) {
            throw RecoveryRefusedException.disagrees(
                    entries + " offset " + e.offset() + " holds no record of a ledger: " + e.getMessage(), e);
        }
    }

    /** What is said of chains, by chain id: of those in the partition. */
    private <T> Map<String, T> of(int partition, Map<String, T> byChain) {
        return byChain.entrySet().stream()
                .filter(said ->
                        Topics.partitionOf(said.getKey(), config.ledger().partitions()) == partition)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private void apply(PartitionRebuild rebuild, ConsumerRecord<String, SpecificRecord> record, long end) {
        try {
            rebuild.apply(record.value());
        } catch (LedgerIntegrityException e) {
            throw RecoveryRefusedException.disagrees(
                    record.topic() + "-" + record.partition() + " offset " + record.offset() + ": " + e.getMessage(),
                    e);
        }
        if (rebuild.records() % PROGRESS_RECORDS == 0) {
            progress.accept(new Progress("reading " + record.topic() + "-" + record.partition(), record.offset(), end));
        }
    }

    /**
     * Halts chains as their marks say. A chain of which nothing is left is not halted: nothing of it can contradict its source. Its
     * mark is taken away, or the chain that begins anew would be halted once it has grown to the size of the old one.
     *
     * @return the marks that name a size their chains have no more
     */
    private static HaltMarks.Changed restoreHalts(List<Rebuilt> rebuilt, Collection<ChainHalt> marks) {
        List<ChainHalt> renewed = new ArrayList<>();
        List<ChainHalt> ended = new ArrayList<>(marks);
        for (Rebuilt partition : rebuilt) {
            Map<String, ChainState> chains = partition.chains().all();
            ended.removeIf(mark -> chains.containsKey(mark.getChain()));
            HaltMarks.missing(chains, marks).forEach(partition.chains()::put);
            for (ChainState shortened : HaltMarks.shortened(chains, marks)) {
                partition.chains().put(shortened);
                renewed.add(HaltMarks.of(shortened));
            }
        }
        return new HaltMarks.Changed(renewed, ended);
    }

    /** Nothing signed vouches for these entries, or the topic would have been refused; but readers may have seen them. */
    private List<Lost> lost(List<Rebuilt> rebuilt, RegistryReader registry, Collection<ChainHalt> marks, Admin admin) {
        progress.accept(new Progress("reading what else is known of the chains", 0, 0));
        KnownSizes known = new KnownSizes();
        new StoredSizes(config, client(), admin).addTo(known);
        registry.addTo(known);
        marks.forEach(mark -> known.seen(mark.getChain(), mark.getSize(), "the mark of its halt"));
        Map<String, Long> found = new HashMap<>();
        rebuilt.forEach(
                partition -> partition.chains().all().forEach((chain, state) -> found.put(chain, state.size())));
        return known.beyond(found);
    }

    private static void requireAccepted(List<Lost> lost, Options options) {
        if (!lost.isEmpty() && !options.acceptLoss()) {
            throw RecoveryRefusedException.notReady(
                    "the entries topic lacks entries that were written once, though nothing that was signed covers them: "
                            + lost.stream().map(Lost::toString).collect(Collectors.joining(", ")),
                    "Nothing was written. Bring a replica or a backup back that has them. If there is none, go on with"
                            + " --accept-loss: ingest sends what the sources still have again, and other entries get these"
                            + " numbers; receipts that tenants were given for the lost ones fit nothing any more.");
        }
    }

    private void requireUnchanged(CommittedRecords<SpecificRecord> reader, List<Long> ends) {
        for (int partition = 0; partition < ends.size(); partition++) {
            long end = reader.end(entries(partition));
            if (end != ends.get(partition)) {
                throw RecoveryRefusedException.notReady(
                        entries(partition) + " has grown from offset " + ends.get(partition) + " to " + end
                                + " while it was read: somebody writes to it",
                        "Stop every instance of the chain stage, then try again.");
            }
        }
    }

    private Written write(Admin admin, ChainGroup group, List<Rebuilt> rebuilt, HaltMarks.Changed marks) {
        StageTopics topics = new StageTopics(config);
        topics.ensureChangelog(admin);
        progress.accept(new Progress("writing " + topics.changelog(), 0, rebuilt.size()));
        long deleted = new ChangelogWriter(config, topics.changelog(), records.serializer()).write(rebuilt, marks);
        int offsets = group.repairOffsets();
        LocalState local = new LocalState(config);
        Optional<Path> removed = Optional.of(local.directory()).filter(directory -> local.remove());
        return new Written(deleted, offsets, removed);
    }

    private static Report report(
            List<Rebuilt> rebuilt,
            Vouched vouched,
            List<Lost> lost,
            HaltMarks.Changed marks,
            Optional<Written> written) {
        List<ChainState> chains = rebuilt.stream()
                .flatMap(partition -> partition.chains().all().values().stream())
                .toList();
        return new Report(
                rebuilt.stream().mapToLong(Rebuilt::records).sum(),
                chains.size(),
                chains.stream().mapToLong(ChainState::size).sum(),
                chains.stream()
                        .filter(state -> state.halt().isPresent())
                        .map(state -> state.chain().toString())
                        .toList(),
                marks.ended(),
                vouched.registry(),
                vouched.heads().size(),
                vouched.checkpoints().size(),
                lost,
                written.isPresent(),
                written.map(Written::deleted).orElse(0L),
                written.map(Written::offsetsSet).orElse(0),
                written.flatMap(Written::removed));
    }

    /** The marks of halted chains, as the positions topic has them. */
    public Collection<ChainHalt> halts() {
        try (SpareReaders readers = new SpareReaders(config.ledger(), records.deserializer(), pendingMax)) {
            return new KafkaHaltMarks(config.ledger(), readers).read(true);
        }
    }

    /**
     * Clears the mark of a halted chain: writes the control message and waits for the entry that says so. The stage must run.
     *
     * @param chain chain id
     * @param by who decided
     * @param statement what was found, and why the chain may go on
     * @param wait how long to wait for the entry
     * @return the mark that was cleared
     * @throws RecoveryRefusedException if the chain has no mark, or no entry appears
     * @throws IllegalArgumentException if a text is blank or too long
     */
    public ChainHalt clearHalt(String chain, String by, String statement, Duration wait) {
        ChainHalt mark = halt(chain);
        try (HaltClearance clearance = new HaltClearance(config.ledger(), records, reader())) {
            clearance.clear(mark, by, statement, wait);
        }
        return mark;
    }

    /**
     * The mark of a halted chain.
     *
     * @throws RecoveryRefusedException if it is not halted
     */
    public ChainHalt halt(String chain) {
        Collection<ChainHalt> marks = halts();
        return marks.stream()
                .filter(found -> found.getChain().equals(chain))
                .findFirst()
                .orElseThrow(() -> RecoveryRefusedException.notReady(
                        "chain " + chain + " is not halted; "
                                + (marks.isEmpty()
                                        ? "no chain is"
                                        : "halted are "
                                                + marks.stream()
                                                        .map(ChainHalt::getChain)
                                                        .toList()),
                        "If it is spelled as in the alert, <tenant>/<partition>, nothing is to be done."));
    }

    private CommittedRecords<SpecificRecord> reader() {
        return new CommittedRecords<>(config.ledger().kafkaClient(client()), records.deserializer(), pendingMax);
    }

    private TopicPartition entries(int partition) {
        return new TopicPartition(config.ledger().topics().entries(), partition);
    }

    private String client() {
        return config.applicationId() + "-recover";
    }
}
