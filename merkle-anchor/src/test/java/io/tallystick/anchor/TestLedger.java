// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.Topics;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;

/** A ledger of two partitions and two tenants on the real broker, with keys, under a prefix of its own. */
final class TestLedger implements AutoCloseable {
    static final int PARTITIONS = 2;

    private final AnchorConfig config;
    private final Serde<SpecificRecord> records;
    private final KafkaProducer<String, SpecificRecord> producer;
    private final Map<String, Hash> blinds = new HashMap<>();
    private final List<SigningKey> keys = new ArrayList<>();

    TestLedger(EmbeddedLedger broker, Path directory, Instant created) throws IOException, KeyException {
        this(broker, directory, created, Map.of());
    }

    /** @param more settings of the anchor */
    TestLedger(EmbeddedLedger broker, Path directory, Instant created, Map<String, String> more)
            throws IOException, KeyException {
        Map<String, Object> properties = Settings.valid(directory);
        properties.putAll(broker.clientProperties());
        properties.put("ledger.prefix", broker.newPrefix());
        properties.put("ledger.partitions", PARTITIONS);
        properties.put("streams.consumer.session.timeout.ms", 6000);
        properties.put("streams.consumer.heartbeat.interval.ms", 1000);
        properties.putAll(more);
        config = new AnchorConfig(properties);
        writeKeys();
        try (LedgerAdmin admin = new LedgerAdmin(config.ledger(), InstantSource.fixed(created))) {
            admin.init(1);
            for (String tenant : List.of("acme", "globex")) {
                TenantDescriptor descriptor = admin.createTenant(tenant, 4, 1);
                blinds.put(tenant, descriptor.blind());
            }
        }
        records = new LedgerSerdes(config.ledger().schemaRegistryUrl()).records();
        Map<String, Object> client = config.ledger().kafkaClient("test");
        client.put(ProducerConfig.ACKS_CONFIG, "all");
        producer = new KafkaProducer<>(client, new StringSerializer(), records.serializer());
    }

    private void writeKeys() throws IOException, KeyException {
        Files.writeString(config.passphraseFile(), "correct horse battery staple\n");
        Files.setPosixFilePermissions(config.passphraseFile(), PosixFilePermissions.fromString("rw-------"));
        char[] passphrase = KeyFile.readPassphrase(config.passphraseFile());
        List<KeyAlgorithm> algorithms = List.of(KeyAlgorithm.ED25519, KeyAlgorithm.ECDSA_P256);
        for (int i = 0; i < algorithms.size(); i++) {
            SigningKey key = KeyFile.generate(algorithms.get(i), new SecureRandom());
            KeyFile.write(config.signingKeyFiles().get(i), key, passphrase);
            keys.add(key);
        }
    }

    AnchorConfig config() {
        return config;
    }

    /** The configuration of another process of the same ledger. */
    AnchorConfig config(Path stateDirectory) {
        Map<String, Object> properties = new HashMap<>(config.originals());
        properties.put(AnchorConfig.STATE_DIR, stateDirectory.toString());
        return new AnchorConfig(properties);
    }

    LedgerSettings settings() {
        return config.ledger();
    }

    Topics topics() {
        return config.topics();
    }

    Serde<SpecificRecord> records() {
        return records;
    }

    List<SigningKey> keys() {
        return keys;
    }

    Hash blind(String tenant) {
        return blinds.get(tenant);
    }

    /** A chain of the tenant that lies in the partition. */
    static EntryChain chain(String tenant, int partition) {
        for (int i = 0; ; i++) {
            if (Topics.partitionOf(tenant + "/" + i, PARTITIONS) == partition) {
                return new EntryChain(tenant + "/" + i);
            }
        }
    }

    void write(String topic, int partition, String key, SpecificRecord value) {
        var unused = write(topic, partition, null, key, value);
    }

    /** Returns the offset it got. */
    long write(String topic, int partition, Long timestamp, String key, SpecificRecord value) {
        try {
            return producer.send(new ProducerRecord<>(topic, partition, timestamp, key, value))
                    .get()
                    .offset();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    List<SpecificRecord> read(String topic) {
        List<SpecificRecord> found = new ArrayList<>();
        try (CommittedReader reader = new CommittedReader(config.committedReader("test"), records.deserializer())) {
            reader.readAll(new TopicPartition(topic, 0), record -> found.add(record.value()));
        }
        return found;
    }

    List<SignedCheckpoint> checkpoints() {
        return read(topics().checkpoints()).stream()
                .map(SignedCheckpoint.class::cast)
                .toList();
    }

    List<SealedWindow> registered() {
        WindowParts parts = new WindowParts();
        List<SealedWindow> windows = new ArrayList<>();
        read(topics().registry())
                .forEach(record -> parts.add((RegistryWindow) record).ifPresent(windows::add));
        return windows;
    }

    /** Parses the note after all its signatures have verified. */
    SignedNote verify(SignedCheckpoint checkpoint) throws NoteException {
        SignedNote note = SignedNote.parse(EntryRecords.bytes(checkpoint.getNote()));
        List<NoteVerifier> verifiers = keys.stream()
                .map(key -> NoteVerifiers.of(checkpoint.getOrigin(), key.algorithm(), key.spki()))
                .toList();
        if (note.verify(verifiers).size() != 2 || note.signatures().size() != 2) {
            throw new NoteException(NoteException.Fault.NO_KNOWN_KEY, "a signature is missing");
        }
        return note;
    }

    @Override
    public void close() {
        producer.close();
    }
}
