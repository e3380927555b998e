// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.trust.KeyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Entries in, verifiable checkpoints out, over losses of all local state. */
@ExtendWith(LedgerExtension.class)
class AnchorIT {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    private Path directory;

    private final List<Throwable> fatal = new CopyOnWriteArrayList<>();
    private TestLedger ledger;
    private LedgerScript script;
    private AnchorApplication application;

    @BeforeEach
    void open(EmbeddedLedger broker) throws IOException, KeyException {
        ledger = new TestLedger(broker, directory, LedgerScript.createdIn(NOON));
        script = new LedgerScript(ledger, NOON);
    }

    @AfterEach
    void close() {
        if (application != null) {
            application.close();
        }
        ledger.close();
    }

    private void start() {
        application = new AnchorApplication(ledger.config(), new SimpleMeterRegistry(), fatal::add);
        application.start();
    }

    private void awaitSealed(int windows) {
        script.awaitSealed(windows, fatal);
    }

    private void loseLocalState() throws IOException {
        application.close();
        try (Stream<Path> paths = Files.walk(ledger.config().stateDirectory())) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void loseChangelogs() throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(ledger.settings().kafkaClient("test"))) {
            List<String> changelogs = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.startsWith(ledger.topics().group("")) && topic.endsWith("-changelog"))
                    .toList();
            assertThat(changelogs).hasSize(4);
            admin.deleteTopics(changelogs).all().get();
        }
    }

    @Test
    void theSameBytesContinueAfterEveryLossOfState() throws Exception {
        start();
        script.writeWindow(0, 0, 1, 2);
        script.writeWindow(1);
        script.writeWindow(2, 1);
        awaitSealed(3);
        script.requireExpected();
        await().until(() -> application.snapshot().publishedUntil().equals(Optional.of(script.window(3))));
        assertThat(application.snapshot().sealedUntil()).contains(script.window(3));
        assertThat(application.snapshot().registrySize()).isEqualTo(7);

        loseLocalState();
        script.writeWindow(3, 0, 1);
        start();
        awaitSealed(4);
        script.requireExpected();

        script.entry(2, script.window(4));
        loseLocalState();
        loseChangelogs();
        script.entry(2, script.window(4));
        script.writeWindow(4, 0);
        start();
        awaitSealed(5);
        script.requireExpected();
    }

    @Test
    void aReturningStaticMemberRebuildsTheTreesWhoseChangelogAloneIsGone() throws Exception {
        start();
        script.writeWindow(0, 0, 1, 2);
        awaitSealed(1);

        loseStoresOfAMember();
        loseChangelog("trees-chain-trees-changelog");
        script.writeWindow(1, 1);
        start();
        awaitSealed(2);

        script.requireExpected();
    }

    /** All but the name in the group. */
    private void loseStoresOfAMember() throws IOException {
        Path name = ledger.config().stateDirectory().resolve("instance-id");
        application.close();
        String kept = Files.readString(name);
        loseLocalState();
        Files.createDirectories(name.getParent());
        Files.writeString(name, kept);
    }

    private void loseChangelog(String suffix) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(ledger.settings().kafkaClient("test"))) {
            List<String> changelogs = admin.listTopics().names().get().stream()
                    .filter(topic -> topic.equals(ledger.topics().group("") + suffix))
                    .toList();
            assertThat(changelogs).hasSize(1);
            admin.deleteTopics(changelogs).all().get();
            await().until(() -> !admin.listTopics().names().get().contains(changelogs.get(0)));
        }
    }

    @Test
    void offsetsSetBackAndAllStateLostLeadToNothingNew() throws Exception {
        start();
        script.writeWindow(0, 0, 1, 2);
        script.entry(2, script.window(1));
        script.checkpoint(script.window(1).plusSeconds(60), 2);
        awaitSealed(1);
        await().atMost(Duration.ofMinutes(1)).until(() -> ledger.checkpoints().size() == 1 + script.heads());

        loseLocalState();
        loseChangelogs();
        setOffsetsBack("trees", ledger.topics().entries(), TestLedger.PARTITIONS);
        setOffsetsBack("registry", ledger.topics().heads(), 1);
        script.writeWindow(1, 1);
        start();
        awaitSealed(2);

        script.requireExpected();
    }

    /** As {@code tally init} does for a group whose offsets have expired; waits until the group has no members. */
    private void setOffsetsBack(String stage, String topic, int count) {
        Map<TopicPartition, OffsetAndMetadata> zero = new HashMap<>();
        for (int partition = 0; partition < count; partition++) {
            zero.put(new TopicPartition(topic, partition), new OffsetAndMetadata(0));
        }
        try (Admin admin = Admin.create(ledger.settings().kafkaClient("test"))) {
            await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> {
                admin.alterConsumerGroupOffsets(ledger.topics().group(stage), zero)
                        .all()
                        .get();
                return true;
            });
        }
    }
}
