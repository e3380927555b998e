// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AnchorProgress;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.Boundary;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.avro.ExportedChain;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.Notice;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.PartitionExported;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.avro.SigningIntent;
import io.tallystick.avro.Tick;
import io.tallystick.entry.ChainId;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.utils.Utils;

/**
 * The ledger's topics: names, partitions, settings, which records they hold. DESIGN.md section 4.
 *
 * <p>Immutable; safe for use by several threads.
 */
public final class Topics {
    /** Largest record of the topics that carry payloads, in bytes. */
    public static final int LARGE_RECORD_BYTES_MAX = 4 * 1024 * 1024;

    /** Prefix of a fresh ledger. */
    public static final String DEFAULT_PREFIX = "ledger.";

    /** The tenant the ledger itself writes to. */
    public static final String OPERATOR = "operator";

    private static final String HALT = "halt/";
    private static final Pattern PREFIX = Pattern.compile("[a-zA-Z0-9._-]{1,64}[.]");
    private static final Duration INGEST_RETENTION = Duration.ofDays(3);
    private static final String UNLIMITED = "-1";

    /** A broker may have a default limit of bytes: both are said. */
    private static final Map<String, String> FOR_EVER = Map.of(
            TopicConfig.RETENTION_MS_CONFIG, UNLIMITED,
            TopicConfig.RETENTION_BYTES_CONFIG, UNLIMITED);

    private final String prefix;

    /**
     * @param prefix 2 to 65 letters, digits, dots, dashes or underscores; ends in a dot
     * @throws IllegalArgumentException if the prefix has another form
     */
    public Topics(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("topic prefix must match " + PREFIX + ", got: " + prefix);
        }
        this.prefix = prefix;
    }

    /** The topic a tenant's producers write to. */
    public String in(String tenant) {
        return prefix + "in." + requireTenant(tenant);
    }

    /** Admitted events, claims, controls and ticks; N partitions. */
    public String ingest() {
        return prefix + "ingest";
    }

    /** The ledger; N partitions. */
    public String entries() {
        return prefix + "entries";
    }

    /** Notices of the sequencer to ingest, and the marks of halted chains. */
    public String positions() {
        return prefix + "positions";
    }

    /** Key in {@link #positions()} of the mark that halts a chain. */
    public static String haltKey(String chain) {
        return HALT + chain;
    }

    /** The chain whose mark stands under this key of {@link #positions()}; empty if it is not the key of a mark. */
    public static Optional<String> chainOfHaltKey(String key) {
        return key.startsWith(HALT) ? Optional.of(key.substring(HALT.length())) : Optional.empty();
    }

    /** Unsigned heads of chain trees. */
    public String heads() {
        return prefix + "heads";
    }

    /** Unsigned leaves and roots of the registry. */
    public String registry() {
        return prefix + "registry";
    }

    /** The signer's guard. */
    public String signer() {
        return prefix + "signer";
    }

    /** Signed checkpoints. */
    public String checkpoints() {
        return prefix + "checkpoints";
    }

    /** What anchors said of registry checkpoints; written once for each anchor and checkpoint. */
    public String attestations() {
        return prefix + "attestations";
    }

    /** Key in {@link #attestations()}: registry size in 20 digits, then the anchor. */
    public static String attestationKey(long registrySize, String anchor) {
        return String.format(Locale.ROOT, "%020d/%s", registrySize, anchor);
    }

    /** How far each anchor has come. */
    public String anchors() {
        return prefix + "anchors";
    }

    /** What the first step of the exporter wrote; N partitions. */
    public String exports() {
        return prefix + "exports";
    }

    /** Descriptors of the tenants. */
    public String tenants() {
        return prefix + "tenants";
    }

    /** Receipts for a tenant. */
    public String receipts(String tenant) {
        return prefix + "receipts." + requireTenant(tenant);
    }

    /** Refused records of a tenant. */
    public String rejects(String tenant) {
        return prefix + "rejects." + requireTenant(tenant);
    }

    /** The tenant whose input topic this is, if it is one. */
    public Optional<String> tenantOf(String topic) {
        String inputs = prefix + "in.";
        if (!topic.startsWith(inputs)) {
            return Optional.empty();
        }
        return Optional.of(topic.substring(inputs.length())).filter(ChainId::isTenant);
    }

    /** Consumer group and Streams application id of a stage, for example {@code ledger-chain}. */
    public String group(String stage) {
        return prefix.replace('.', '-') + stage;
    }

    /**
     * The partition of a chain in {@code ingest} and {@code entries}, of a tenant in {@code exports}.
     *
     * @param key chain id or tenant
     * @param partitions N, at least 1
     * @return 0 to {@code partitions - 1}
     */
    public static int partitionOf(String key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(UTF_8))) % partitions;
    }

    /** Schemas of the values of each of the ledger's own Avro topics. */
    public Map<String, List<Schema>> schemas() {
        Map<String, List<Schema>> schemas = new LinkedHashMap<>();
        schemas.put(
                ingest(),
                List.of(
                        AdmittedEvent.getClassSchema(),
                        Claim.getClassSchema(),
                        Control.getClassSchema(),
                        Tick.getClassSchema()));
        schemas.put(entries(), List.of(LedgerEntry.getClassSchema(), Boundary.getClassSchema(), Init.getClassSchema()));
        schemas.put(positions(), List.of(Notice.getClassSchema(), ChainHalt.getClassSchema()));
        schemas.put(heads(), List.of(ChainTreeHead.getClassSchema(), PartitionClosed.getClassSchema()));
        schemas.put(registry(), List.of(RegistryWindow.getClassSchema()));
        schemas.put(signer(), List.of(SigningIntent.getClassSchema()));
        schemas.put(checkpoints(), List.of(SignedCheckpoint.getClassSchema()));
        schemas.put(attestations(), List.of(Attestation.getClassSchema()));
        schemas.put(anchors(), List.of(AnchorProgress.getClassSchema()));
        schemas.put(exports(), List.of(ExportedChain.getClassSchema(), PartitionExported.getClassSchema()));
        return schemas;
    }

    /** The ledger's own topics with the settings they are created with. */
    List<TopicSpec> ledgerTopics(int partitions) {
        return List.of(
                new TopicSpec(
                        ingest(),
                        partitions,
                        Map.of(
                                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                                "LogAppendTime",
                                TopicConfig.RETENTION_MS_CONFIG,
                                Long.toString(INGEST_RETENTION.toMillis()),
                                TopicConfig.RETENTION_BYTES_CONFIG,
                                UNLIMITED,
                                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                Integer.toString(LARGE_RECORD_BYTES_MAX))),
                keptLarge(entries(), partitions),
                compacted(positions()),
                kept(heads(), 1),
                keptLarge(registry(), 1),
                compacted(signer()),
                kept(checkpoints(), 1),
                kept(attestations(), 1),
                compacted(anchors()),
                kept(exports(), partitions),
                compacted(tenants()));
    }

    /** A tenant's topics with the settings they are created with. */
    List<TopicSpec> tenantTopics(String tenant, int partitions) {
        Map<String, String> large =
                Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(LARGE_RECORD_BYTES_MAX));
        return List.of(
                new TopicSpec(receipts(tenant), 1, Map.of()),
                new TopicSpec(rejects(tenant), 1, large),
                new TopicSpec(in(tenant), partitions, large));
    }

    private static TopicSpec kept(String name, int partitions) {
        return new TopicSpec(name, partitions, FOR_EVER);
    }

    private static TopicSpec keptLarge(String name, int partitions) {
        Map<String, String> settings = new HashMap<>(FOR_EVER);
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(LARGE_RECORD_BYTES_MAX));
        return new TopicSpec(name, partitions, settings);
    }

    private static TopicSpec compacted(String name) {
        return new TopicSpec(name, 1, Compaction.SETTINGS);
    }

    private static String requireTenant(String tenant) {
        if (!ChainId.isTenant(tenant)) {
            throw new IllegalArgumentException(
                    "tenant must be 1 to 63 lower-case letters, digits and inner dashes, got: " + tenant);
        }
        return tenant;
    }
}
