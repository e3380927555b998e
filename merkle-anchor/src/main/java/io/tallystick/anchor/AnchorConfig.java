// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.external.Backoff;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;

/** Configuration of merkle-anchor. Its page is {@code docs/configuration.rst} of the module. */
public final class AnchorConfig extends AbstractConfig {
    public static final String STATE_DIR = "state.dir";
    public static final String SIGNING_KEY_FILES = "ledger.signing.key.files";
    public static final String PASSPHRASE_FILE = "ledger.key.passphrase.file";
    public static final String TRUST_ROOT_FILE = "ledger.trust.root.file";
    public static final String PKCS11_CONFIG = "ledger.signing.pkcs11.config";
    public static final String PKCS11_KEYS = "ledger.signing.pkcs11.keys";
    public static final String PKCS11_PIN_FILE = "ledger.signing.pkcs11.pin.file";
    /** Name of a {@link io.tallystick.trust.SigningKeyProvider}; its settings are behind this and a dot. */
    public static final String SIGNING_PROVIDER = "ledger.signing.provider";

    public static final String SIGNING_THREADS = "ledger.signing.threads";

    public static final String GUARD_FILE = "ledger.signer.guard.file";

    /** Ids of the anchors; the keys of each are behind {@code ledger.anchor.<id>.}. */
    public static final String ANCHORS = "ledger.anchors";

    public static final String ANCHORS_BACKOFF_MS = "ledger.anchors.backoff.ms";
    public static final String ANCHORS_BACKOFF_MAX_MS = "ledger.anchors.backoff.max.ms";

    /** Passes settings on to Kafka Streams, except those our guarantees rest on. */
    public static final String STREAMS_PREFIX = "streams.";

    private static final int COMMIT_INTERVAL_MS = 100;

    /** The signer writes a window's checkpoints at once; Kafka's default of 16 KiB holds some twenty. No commit waits for a linger. */
    private static final Map<String, Object> SIGNER_BATCHES =
            Map.of(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024, ProducerConfig.LINGER_MS_CONFIG, 5);

    private static final int SESSION_TIMEOUT_MS = 10_000;

    /** Rebuilding a lost store happens between two polls. */
    private static final int REBUILD_MAX_MS = 30 * 60 * 1000;

    /** What exactly-once, fencing and refusal of bad records rest on; also behind a prefix such as {@code producer.}. */
    private static final Set<String> OURS = Set.of(
            StreamsConfig.APPLICATION_ID_CONFIG,
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
            StreamsConfig.STATE_DIR_CONFIG,
            StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG,
            StreamsConfig.GROUP_PROTOCOL_CONFIG,
            StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
            StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
            StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
            "default.deserialization.exception.handler",
            "default.production.exception.handler",
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG);

    private final LedgerSettings ledger;
    private final List<OutsideConfig> anchors;

    /** @throws ConfigException if a value is missing or impossible, or a setting our guarantees rest on is given */
    public AnchorConfig(Map<String, ?> properties) {
        super(definition(), properties, false);
        this.ledger = LedgerSettings.of(this);
        refuse(STREAMS_PREFIX);
        refuse(LedgerSettings.CLIENT_PREFIX);
        if (getList(SIGNING_KEY_FILES).isEmpty()
                && getList(PKCS11_KEYS).isEmpty()
                && signingProvider().isEmpty()) {
            throw new ConfigException("no checkpoint keys: name files with " + SIGNING_KEY_FILES
                    + ", keys of a token with " + PKCS11_KEYS + ", or a " + SIGNING_PROVIDER);
        }
        if (!getList(SIGNING_KEY_FILES).isEmpty() && getString(PASSPHRASE_FILE) == null) {
            throw new ConfigException(PASSPHRASE_FILE, null, "is needed to open the files of " + SIGNING_KEY_FILES);
        }
        if ((!getList(PKCS11_KEYS).isEmpty() && getString(PKCS11_CONFIG) == null)
                || (getString(PKCS11_CONFIG) == null) != (getString(PKCS11_PIN_FILE) == null)) {
            throw new ConfigException(
                    PKCS11_CONFIG, getString(PKCS11_CONFIG), "stands with " + PKCS11_KEYS + " and " + PKCS11_PIN_FILE);
        }
        if (signingProvider().isEmpty() && !signingProviderSettings().isEmpty()) {
            throw new ConfigException(
                    SIGNING_PROVIDER,
                    null,
                    "is needed with its settings " + signingProviderSettings().keySet());
        }
        if (getLong(ANCHORS_BACKOFF_MAX_MS) < getLong(ANCHORS_BACKOFF_MS)) {
            throw new ConfigException(
                    ANCHORS_BACKOFF_MAX_MS, getLong(ANCHORS_BACKOFF_MAX_MS), "is less than " + ANCHORS_BACKOFF_MS);
        }
        this.anchors = outside(this);
    }

    /** All keys. */
    public static ConfigDef definition() {
        return LedgerSettings.define(new ConfigDef())
                .define(
                        STATE_DIR,
                        ConfigDef.Type.STRING,
                        ConfigDef.NO_DEFAULT_VALUE,
                        new NonEmptyString(),
                        Importance.HIGH,
                        "Directory of the local state. One process at a time; may be lost, it is rebuilt.")
                .define(
                        SIGNING_KEY_FILES,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.HIGH,
                        "Checkpoint keys: encrypted PKCS#8 files, mode 0600, at least one ECDSA P-256 unless a token or a"
                                + " provider has it: without files " + PKCS11_KEYS + " or " + SIGNING_PROVIDER
                                + " is needed. Lines are written Ed25519, P-256, ML-DSA-44; within an algorithm the"
                                + " key first that is valid first, so in a rotation the old one, else in this order.")
                .define(
                        PASSPHRASE_FILE,
                        ConfigDef.Type.STRING,
                        null,
                        new NonEmptyString(),
                        Importance.HIGH,
                        "File, mode 0600, with the passphrase of the signing keys; needed with key files, and by a local log that"
                                + " names none of its own.")
                .define(
                        PKCS11_CONFIG,
                        ConfigDef.Type.STRING,
                        null,
                        Importance.LOW,
                        "SunPKCS11 configuration file (name, library, slotListIndex) of a token with checkpoint keys.")
                .define(
                        PKCS11_KEYS,
                        ConfigDef.Type.LIST,
                        List.of(),
                        Importance.LOW,
                        "Aliases of ECDSA P-256 checkpoint keys in the token, each with a certificate, as keytool makes"
                                + " them. May be empty: a token that is there for the next key.")
                .define(
                        PKCS11_PIN_FILE,
                        ConfigDef.Type.STRING,
                        null,
                        Importance.LOW,
                        "File, mode 0600, with the PIN of the token's user.")
                .define(
                        SIGNING_PROVIDER,
                        ConfigDef.Type.STRING,
                        null,
                        Importance.LOW,
                        "Name of a provider on the class path that opens further checkpoint keys, of a key management"
                                + " service for example; it gets all settings behind ledger.signing.provider. and says"
                                + " what they mean. Their lines come last within an algorithm.")
                .define(
                        SIGNING_THREADS,
                        ConfigDef.Type.INT,
                        4,
                        Range.between(1, 64),
                        Importance.LOW,
                        "Threads that sign the checkpoints of a window's end at once. Fewer where a key service allows few"
                                + " requests a second, or a token has few sessions; more where a service takes long to"
                                + " answer.")
                .define(
                        TRUST_ROOT_FILE,
                        ConfigDef.Type.STRING,
                        null,
                        Importance.MEDIUM,
                        "Trust root of the ledger, read at start. Each signing key must be listed in it, and signs for"
                                + " the windows it is valid for: a rotation begins and ends at the windows the trust root"
                                + " names. Without it every key signs every checkpoint.")
                .define(
                        GUARD_FILE,
                        ConfigDef.Type.STRING,
                        null,
                        Importance.MEDIUM,
                        "File with the largest tree head signed of each origin: a second guard against signing two"
                                + " histories, for a disk the brokers' administrators cannot write to. Must exist (tally"
                                + " keys guard makes it), and be the same for all processes that may sign. Without it the"
                                + " topic ledger.signer is the only guard.")
                .define(
                        ANCHORS,
                        ConfigDef.Type.LIST,
                        "",
                        Importance.MEDIUM,
                        "Ids of the anchors: outside parties that vouch for each registry checkpoint. Each has keys of"
                                + " its own, ledger.anchor.<id>.type and so on.")
                .define(
                        ANCHORS_BACKOFF_MS,
                        ConfigDef.Type.LONG,
                        Backoff.STANDARD.first().toMillis(),
                        Range.between(100, Duration.ofHours(1).toMillis()),
                        Importance.LOW,
                        "Milliseconds until an anchor is asked again after a first failure, at most; doubled with each"
                                + " further one.")
                .define(
                        ANCHORS_BACKOFF_MAX_MS,
                        ConfigDef.Type.LONG,
                        Backoff.STANDARD.longest().toMillis(),
                        Range.between(100, Duration.ofDays(1).toMillis()),
                        Importance.LOW,
                        "Milliseconds until an anchor is asked again, at most.");
    }

    /** The keys of one anchor, without their prefix {@code ledger.anchor.<id>.}. */
    public static ConfigDef anchorDefinition() {
        return OutsideConfig.definition();
    }

    private static List<OutsideConfig> outside(AnchorConfig config) {
        List<String> ids = config.getList(ANCHORS);
        if (Set.copyOf(ids).size() < ids.size()) {
            throw new ConfigException(ANCHORS, ids, "names an anchor twice");
        }
        config.originalsWithPrefix(OutsideConfig.PREFIX).keySet().forEach(key -> {
            if (ids.stream().noneMatch(id -> key.startsWith(id + "."))) {
                throw new ConfigException(
                        "key " + OutsideConfig.PREFIX + key + " belongs to no anchor of " + ANCHORS + "=" + ids);
            }
        });
        return ids.stream().map(id -> new OutsideConfig(config, id)).toList();
    }

    List<OutsideConfig> anchors() {
        return anchors;
    }

    Backoff anchorsBackoff() {
        return new Backoff(
                Duration.ofMillis(getLong(ANCHORS_BACKOFF_MS)), Duration.ofMillis(getLong(ANCHORS_BACKOFF_MAX_MS)));
    }

    private void refuse(String prefix) {
        for (String key : originalsWithPrefix(prefix).keySet()) {
            for (String ours : OURS) {
                if (key.equals(ours) || key.endsWith("consumer." + ours) || key.endsWith("producer." + ours)) {
                    throw new ConfigException("setting " + prefix + key
                            + " is fixed: exactly-once processing and signing rest on it; remove it");
                }
            }
        }
    }

    /** The ledger this works for. */
    public LedgerSettings ledger() {
        return ledger;
    }

    Topics topics() {
        return ledger.topics();
    }

    Path stateDirectory() {
        return Path.of(getString(STATE_DIR));
    }

    List<Path> signingKeyFiles() {
        return getList(SIGNING_KEY_FILES).stream().map(Path::of).toList();
    }

    /** @throws ConfigException if none is named, which without key files is allowed */
    Path passphraseFile() {
        return Optional.ofNullable(getString(PASSPHRASE_FILE))
                .map(Path::of)
                .orElseThrow(() -> new ConfigException(PASSPHRASE_FILE, null, "is needed to open a key file"));
    }

    /** The token with checkpoint keys, if there is one. */
    Optional<TokenKeys> tokenKeys() {
        return Optional.ofNullable(getString(PKCS11_CONFIG))
                .filter(file -> !getList(PKCS11_KEYS).isEmpty())
                .map(file -> new TokenKeys(Path.of(file), Path.of(getString(PKCS11_PIN_FILE)), getList(PKCS11_KEYS)));
    }

    /** Name of the provider of further keys, if there is to be one. */
    Optional<String> signingProvider() {
        return Optional.ofNullable(getString(SIGNING_PROVIDER));
    }

    /** The provider's settings, without their prefix. */
    Map<String, String> signingProviderSettings() {
        Map<String, String> settings = new HashMap<>();
        originalsWithPrefix(SIGNING_PROVIDER + ".").forEach((key, value) -> settings.put(key, String.valueOf(value)));
        return settings;
    }

    int signingThreads() {
        return getInt(SIGNING_THREADS);
    }

    /** The trust root that says which key signs when, if there is one. */
    Optional<Path> trustRootFile() {
        return Optional.ofNullable(getString(TRUST_ROOT_FILE)).map(Path::of);
    }

    /** The signer's guard outside Kafka, if there is to be one. */
    Optional<Path> guardFile() {
        return Optional.ofNullable(getString(GUARD_FILE)).map(Path::of);
    }

    /**
     * Properties of a Streams application.
     *
     * @param stage {@code trees} or {@code registry}
     */
    public Map<String, Object> streams(String stage) {
        Map<String, Object> properties = new HashMap<>(ledger.clientProperties());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG), REBUILD_MAX_MS);
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topics.LARGE_RECORD_BYTES_MAX);
        properties.putAll(originalsWithPrefix(STREAMS_PREFIX));
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, topics().group(stage));
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, ledger.bootstrapServers());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory().toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailExceptionHandler.class);
        properties.put(
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailProcessingExceptionHandler.class);
        return properties;
    }

    /** Replicas of the changelogs, if they are set; else those of the ledger's topics count. */
    OptionalInt changelogReplication() {
        Object set = originals().get(STREAMS_PREFIX + StreamsConfig.REPLICATION_FACTOR_CONFIG);
        int replicas = set == null ? -1 : Integer.parseInt(set.toString().strip());
        return replicas < 0 ? OptionalInt.empty() : OptionalInt.of(replicas);
    }

    /**
     * As {@link #streams(String)}, as a static member: a restart finds its tasks again at once.
     *
     * @param replication replicas of the changelogs
     */
    Map<String, Object> streams(String stage, String instance, int replication) {
        Map<String, Object> properties = streams(stage);
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, replication);
        properties.putIfAbsent(
                StreamsConfig.topicPrefix(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG), Changelogs.minInSync(replication));
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instance);
        return properties;
    }

    /** Properties of the signer's consumer. The range assignor keeps partition 0 of both topics in one hand. */
    Map<String, Object> signerConsumer(String instance) {
        Map<String, Object> properties = committedReader("signer");
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, topics().group("signer"));
        properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MS);
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, List.of(RangeAssignor.class));
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Signer.ROOTS_MAX);
        return properties;
    }

    /** Properties of the anchors' consumer; its positions are in {@code ledger.anchors}, none are committed. */
    Map<String, Object> anchorsConsumer(String instance) {
        Map<String, Object> properties = committedReader("anchors");
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, topics().group("anchors"));
        properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MS);
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, List.of(RangeAssignor.class));
        return properties;
    }

    /** Properties of the anchors' producer; a new one fences the old. */
    Map<String, Object> anchorsProducer() {
        return exclusiveProducer(topics().group("anchors"), Map.of(ProducerConfig.LINGER_MS_CONFIG, 0));
    }

    /** Properties of the signer's producer: one transactional id in the whole ledger, so that a new one fences the old. */
    Map<String, Object> signerProducer() {
        return exclusiveProducer(topics().group("signer"), SIGNER_BATCHES);
    }

    private Map<String, Object> exclusiveProducer(String id, Map<String, Object> batches) {
        Map<String, Object> properties = ledger.kafkaClient(id);
        properties.putAll(batches);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return properties;
    }

    /** Properties of a consumer without a group that sees committed records only. */
    Map<String, Object> committedReader(String stage) {
        Map<String, Object> properties = ledger.kafkaClient(topics().group(stage));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return properties;
    }
}
