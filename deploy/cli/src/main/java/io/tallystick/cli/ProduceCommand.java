// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.json.JsonException;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Receipt;
import io.tallystick.topic.TenantDirectory;
import io.tallystick.topic.Topics;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.PlainText;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally produce}: sends lines as plain events and prints what became of each. */
@Command(
        name = "produce",
        description = {
            "Send each line of a file as one event and print its receipt, or why it was refused.",
            "Any Kafka client may produce; this command is for trying things out."
        })
final class ProduceCommand implements Callable<Integer> {
    private static final int LINE_BYTES_MAX = Topics.LARGE_RECORD_BYTES_MAX - 64 * 1024;
    private static final Duration POLL = Duration.ofMillis(200);

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigFile config;

    @Mixin
    private OutputOption output;

    @Parameters(index = "0", paramLabel = "TENANT", description = "The tenant to produce for.")
    private String tenant;

    @Parameters(index = "1", paramLabel = "FILE", description = "Events, one a line; '-' reads standard input.")
    private String file;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait for receipts after the last event (default: 60).")
    private long timeoutSeconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        LedgerSettings settings = config.settings();
        String topicId = topicId(settings);
        List<TopicPartition> outcomes = List.of(
                new TopicPartition(settings.topics().receipts(tenant), 0),
                new TopicPartition(settings.topics().rejects(tenant), 0));
        try (Consumer<String, byte[]> consumer = consumer(settings)) {
            consumer.assign(outcomes);
            consumer.seekToEnd(outcomes);
            outcomes.forEach(consumer::position);
            Set<String> waiting = send(settings);
            int sent = waiting.size();
            awaitOutcomes(consumer, settings, topicId, waiting);
            PrintWriter err = spec.commandLine().getErr();
            err.printf("%d sent, %d answered%n", sent, sent - waiting.size());
            err.flush();
            if (!waiting.isEmpty()) {
                throw new CommandException(
                        ExitCode.UNREACHABLE,
                        waiting.size() + " events have no receipt after " + timeoutSeconds + " s",
                        "They are in " + settings.topics().in(tenant)
                                + " and will be sequenced once the stages run; is the ledger up?");
            }
            return ExitCode.VALID;
        }
    }

    /** Sends every line; the coordinates {@code <partition>:<offset>} of what was sent. */
    private Set<String> send(LedgerSettings settings) throws IOException, InterruptedException {
        String topic = settings.topics().in(tenant);
        Set<String> sent = new HashSet<>();
        Map<String, Object> properties = settings.kafkaClient("tally-produce");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGE_RECORD_BYTES_MAX);
        try (InputStream in = open();
                Producer<byte[], byte[]> producer =
                        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> inFlight = new ArrayList<>();
            for (byte[] line = readLine(in); line != null; line = readLine(in)) {
                inFlight.add(producer.send(new ProducerRecord<>(topic, line)));
            }
            producer.flush();
            for (Future<RecordMetadata> one : inFlight) {
                RecordMetadata metadata = one.get();
                sent.add(metadata.partition() + ":" + metadata.offset());
            }
        } catch (ExecutionException e) {
            throw new KafkaException("cannot write to " + topic, e.getCause());
        }
        return sent;
    }

    /** Prints outcomes as they come and takes their coordinates out of {@code waiting}. */
    private void awaitOutcomes(
            Consumer<String, byte[]> consumer, LedgerSettings settings, String topicId, Set<String> waiting) {
        PrintWriter out = spec.commandLine().getOut();
        String accepted = topicId + ":";
        String refused = settings.topics().in(tenant) + ":";
        long deadline = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
        while (!waiting.isEmpty() && System.nanoTime() < deadline) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                boolean isRefusal = record.topic().equals(settings.topics().rejects(tenant));
                String prefix = isRefusal ? refused : accepted;
                if (record.key().startsWith(prefix)
                        && waiting.remove(record.key().substring(prefix.length()))) {
                    out.println(isRefusal ? refusal(record) : receipt(record));
                }
            }
            out.flush();
        }
    }

    private String receipt(ConsumerRecord<String, byte[]> record) {
        if (output.json()) {
            return new String(record.value(), UTF_8);
        }
        try {
            Receipt receipt = Receipt.parse(record.value());
            return PlainText.line(receipt.id() + " is " + receipt.chain() + " seq " + receipt.seq() + ", leaf "
                    + receipt.leafHash() + ", sealed with window " + receipt.window());
        } catch (JsonException e) {
            throw new IllegalStateException("receipt at offset " + record.offset() + ": " + e.getMessage(), e);
        }
    }

    private String refusal(ConsumerRecord<String, byte[]> record) {
        Header code = record.headers().lastHeader("ledger-reject-code");
        String reason = code == null ? "unknown" : new String(code.value(), UTF_8);
        if (output.json()) {
            return "{\"rejected\":\"" + record.key() + "\",\"reason\":\"" + reason + "\"}";
        }
        return record.key() + " was refused: " + reason;
    }

    /** Asked for first: a client would look for the topics of no tenant until its time is over. */
    private String topicId(LedgerSettings settings) {
        try (TenantDirectory directory = new TenantDirectory(settings)) {
            return directory
                    .find(tenant)
                    .orElseThrow(() -> new CommandException(
                            ExitCode.USAGE,
                            "there is no tenant " + tenant,
                            "'tally tenant list' shows the tenants; create it with 'tally tenant create " + tenant
                                    + "'."))
                    .topicId();
        }
    }

    private InputStream open() throws IOException {
        if (file.equals("-")) {
            return new BufferedInputStream(System.in);
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot read " + path + (Files.notExists(path) ? ": it does not exist" : ""),
                    "Name a file with one event a line, or - for standard input.");
        }
        return new BufferedInputStream(Files.newInputStream(path));
    }

    private static Consumer<String, byte[]> consumer(LedgerSettings settings) {
        Map<String, Object> properties = settings.kafkaClient("tally-produce");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** The next line without its LF; null at the end. */
    private static byte[] readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            line.write(next);
            if (line.size() > LINE_BYTES_MAX) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "a line is longer than " + LINE_BYTES_MAX + " bytes",
                        "Events are at most 1 MiB; send one event a line.");
            }
            next = in.read();
        }
        return line.toByteArray();
    }
}
