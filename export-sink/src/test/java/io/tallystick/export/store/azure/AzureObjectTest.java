// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.export.store.Watched;
import io.tallystick.export.store.azure.AzureDouble.Fault;
import io.tallystick.export.store.azure.AzureDouble.Seen;
import io.tallystick.tree.Hash;
import io.tallystick.trust.SecretFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes with an object on its way into the container: policy, hold, digest, in one piece and in blocks. */
class AzureObjectTest {
    private static final ObjectName NAME = new ObjectName("v1/tenant=acme/chain-0000-00000.ndjson.zst");
    private static final Instant UNTIL = Instant.parse("2099-01-01T00:00:00.5Z");
    private static final Instant UNTIL_KEPT = Instant.parse("2099-01-01T00:00:01Z");
    private static final Protection PROTECTION = new Protection(UNTIL, true, "steuer \u00a7147");
    private static final int LARGE = AzureSettings.BLOCK_BYTES_MIN * 2 + 17;

    @TempDir
    private Path directory;

    private final Watched watch = new Watched();
    private AzureDouble azure;

    @BeforeEach
    void start() throws Exception {
        azure = new AzureDouble(directory);
    }

    @AfterEach
    void stop() {
        azure.close();
    }

    private Content large() throws IOException {
        byte[] bytes = new byte[LARGE];
        new Random(7).nextBytes(bytes);
        return Content.ofFile(Files.write(directory.resolve("large"), bytes), LARGE, Hash.sha256(bytes));
    }

    @Test
    void locksAndHoldsWithThePutItself() throws Exception {
        // Given
        try (AzureObjectStore store = azure.open(azure.settings(), watch)) {
            // When
            store.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), PROTECTION);

            // Then
            Map<String, String> headers = azure.seen().stream()
                    .filter(Seen::isPut)
                    .findFirst()
                    .orElseThrow()
                    .headers();
            assertThat(headers)
                    .containsEntry("if-none-match", "*")
                    .containsEntry("x-ms-immutability-policy-mode", "Locked")
                    .containsEntry("x-ms-immutability-policy-until-date", "Thu, 01 Jan 2099 00:00:01 GMT")
                    .containsEntry("x-ms-legal-hold", "true")
                    .containsEntry("x-ms-meta-ledger_retention_class", "steuer+%C2%A7147")
                    .containsKey("content-md5");
            assertThat(store.lock(NAME))
                    .hasValue(new ObjectLock("2026-11-21T00:00:00.0000001Z", LockMode.COMPLIANCE, UNTIL_KEPT, true));
        }
    }

    @Test
    void locksNothingInAContainerWithoutLocks() throws Exception {
        // Given
        AzureSettings locked = azure.settings();
        AzureSettings plain = new AzureSettings(
                locked.container(), "copies/one", locked.access(), LockMode.NONE, locked.blockBytes());
        try (AzureObjectStore store = azure.open(plain, watch)) {
            // When
            store.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), PROTECTION);

            // Then
            Seen put = azure.seen().stream().filter(Seen::isPut).findFirst().orElseThrow();
            assertThat(put.key()).isEqualTo("copies/one/" + NAME.path());
            assertThat(put.headers()).doesNotContainKeys("x-ms-immutability-policy-mode", "x-ms-legal-hold");
            assertThat(store.lock(NAME)).isEmpty();
        }
    }

    @Test
    void modeGovernanceLeavesThePolicyUnlocked() throws Exception {
        // Given
        try (AzureObjectStore store = azure.open(azure.settings(LockMode.GOVERNANCE), watch)) {
            // When
            store.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), new Protection(UNTIL, false, ""));

            // Then
            assertThat(store.lock(NAME)).hasValueSatisfying(lock -> {
                assertThat(lock.mode()).isEqualTo(LockMode.GOVERNANCE);
                assertThat(lock.legalHold()).isFalse();
            });
        }
    }

    @Test
    void protectsWhatIsThereLongerAndStricterNeverLess() throws Exception {
        // Given: a policy that is not locked, as of mode governance
        Instant later = UNTIL_KEPT.plusSeconds(86_400);
        String version = "2026-11-21T00:00:00.0000001Z";
        try (AzureObjectStore loose = azure.open(azure.settings(LockMode.GOVERNANCE), watch);
                AzureObjectStore store = azure.open(azure.settings(), watch)) {
            loose.putIfAbsent(NAME, Content.of("x".getBytes(UTF_8)), new Protection(later, false, ""));

            // When / Then
            assertThat(store.protect(NAME, PROTECTION)).isTrue();
            assertThat(store.lock(NAME)).hasValue(new ObjectLock(version, LockMode.COMPLIANCE, later, true));
            assertThat(loose.protect(NAME, new Protection(later.plusSeconds(1), false, "")))
                    .isTrue();
            assertThat(store.lock(NAME))
                    .hasValue(new ObjectLock(version, LockMode.COMPLIANCE, later.plusSeconds(1), true));
            assertThat(store.protect(NAME, new Protection(UNTIL, false, ""))).isTrue();
            assertThat(store.protect(NAME, Protection.NONE)).isTrue();
            assertThat(azure.seen().stream()
                            .filter(seen -> seen.comp().equals("immutabilityPolicies")
                                    || seen.comp().equals("legalhold")))
                    .as("what is protected already is left alone")
                    .hasSize(3);
            assertThat(store.protect(new ObjectName("v1/nothing"), PROTECTION)).isFalse();
        }
    }

    @Test
    void storesALargeObjectInBlocksUnderItsLock() throws Exception {
        // Given
        try (AzureObjectStore store = azure.open(azure.settings(), watch)) {
            Content content = large();

            // When
            PutOutcome outcome = store.putIfAbsent(NAME, content, PROTECTION);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.CREATED);
            assertThat(azure.oldestDigests()).containsEntry(NAME.path(), content.sha256());
            assertThat(azure.seen()).filteredOn(Seen::isBlock).hasSize(3).allSatisfy(block -> assertThat(
                            block.headers())
                    .containsKey("content-md5"));
            assertThat(azure.seen()).filteredOn(Seen::isCommit).singleElement().satisfies(commit -> assertThat(
                            commit.headers())
                    .containsEntry("if-none-match", "*"));
            assertThat(store.lock(NAME))
                    .hasValueSatisfying(lock -> assertThat(lock.until()).isEqualTo(UNTIL_KEPT));
        }
    }

    @Test
    void beginsAnUploadAgainWhenABlockWasLost() throws Exception {
        // Given
        try (AzureObjectStore store = azure.open(azure.settings(), watch)) {
            Content content = large();
            azure.script(Seen::isBlock, Fault.BUSY, Fault.LOST);

            // When
            PutOutcome outcome = store.putIfAbsent(NAME, content, PROTECTION);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.CREATED);
            assertThat(azure.oldestDigests()).containsEntry(NAME.path(), content.sha256());
        }
    }

    @Test
    void leavesNothingWhereABlockIsRefused() throws Exception {
        // Given
        try (AzureObjectStore store = azure.open(azure.settings(), watch)) {
            Content content = large();
            azure.script(Seen::isBlock, Fault.FORBIDDEN);

            // When / Then
            assertThatThrownBy(() -> store.putIfAbsent(NAME, content, PROTECTION))
                    .isInstanceOf(IOException.class);
            assertThat(store.exists(NAME)).isFalse();
        }
    }

    @Test
    void findsALargeObjectWhoseLastAnswerWasLost() throws Exception {
        // Given
        try (AzureObjectStore store = azure.open(azure.settings(), watch)) {
            azure.script(Seen::isCommit, Fault.LOST);

            // When
            PutOutcome outcome = store.putIfAbsent(NAME, large(), PROTECTION);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(azure.texts(NAME.path())).hasSize(1);
        }
    }

    @Test
    void anotherWritersCommitBetweenOurBlocksEndsTheUpload() throws Exception {
        // Given: their commit throws our blocks away
        try (AzureObjectStore store = azure.open(azure.settings(), watch)) {
            azure.beforeNext(Seen::isCommit, () -> azure.putBehind(NAME.path(), "theirs"));

            // When
            PutOutcome outcome = store.putIfAbsent(NAME, large(), PROTECTION);

            // Then
            assertThat(outcome).isEqualTo(PutOutcome.EXISTED);
            assertThat(azure.texts(NAME.path())).containsExactly("theirs");
        }
    }

    @Test
    void noticesABlockThatTheStoreCutShort() throws Exception {
        // Given
        try (AzureObjectStore store = azure.open(azure.settings(), watch)) {
            azure.script(Seen::isBlock, Fault.TRUNCATED);

            // When / Then
            assertThatThrownBy(() -> store.putIfAbsent(NAME, large(), PROTECTION))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("of the " + LARGE + " bytes");
        }
    }

    @Test
    void storesNoLargeObjectThatChangedOnItsWay() throws Exception {
        // Given
        try (AzureObjectStore store = azure.open(azure.settings(), watch)) {
            Path file = Files.write(directory.resolve("f"), new byte[LARGE]);
            Content other = Content.ofFile(file, LARGE, Hash.sha256(new byte[] {1}));
            Content shorter = Content.ofFile(file, LARGE - 1, Hash.sha256(new byte[LARGE]));

            // When / Then
            assertThatThrownBy(() -> store.putIfAbsent(NAME, other, PROTECTION))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("content changed");
            assertThatThrownBy(() -> store.putIfAbsent(NAME, shorter, PROTECTION))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("content changed");
            assertThat(azure.seen()).noneMatch(Seen::isCommit);
            assertThat(store.exists(NAME)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AccountKey=top-secret", "no connection string top-secret", "a=b=c"})
    void aConnectionStringThatIsNoneIsNotQuoted(String text) throws Exception {
        // Given
        Path file = directory.resolve("wrong");
        SecretFile.write(file, text.getBytes(UTF_8));
        AzureSettings settings = new AzureSettings(
                "evidence", "", new AzureSettings.ConnectionString(file), LockMode.NONE, AzureSettings.BLOCK_BYTES_MIN);

        // When / Then
        assertThatThrownBy(() -> AzureClients.open(settings))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasNoCause()
                .message()
                .doesNotContain("top-secret");
    }

    @Test
    void aConnectionStringThatOthersCanReadIsRefused() throws Exception {
        // Given
        Path file = directory.resolve("open");
        SecretFile.write(file, "x".getBytes(UTF_8));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        AzureSettings settings = new AzureSettings(
                "evidence", "", new AzureSettings.ConnectionString(file), LockMode.NONE, AzureSettings.BLOCK_BYTES_MIN);

        // When / Then
        assertThatThrownBy(() -> AzureClients.open(settings))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 600");
    }

    @Test
    void opensWithTheDefaultChainWithoutAskingIt() throws Exception {
        // Given: tokens are fetched with the first request
        AzureSettings settings = new AzureSettings(
                "evidence",
                "",
                new AzureSettings.DefaultChain(URI.create("https://account.blob.core.windows.net")),
                LockMode.COMPLIANCE,
                AzureSettings.BLOCK_BYTES_MIN);

        // When / Then
        assertThat(AzureClients.open(settings).getBlobContainerUrl())
                .isEqualTo("https://account.blob.core.windows.net/evidence");
        assertThatThrownBy(() -> new AzureSettings.DefaultChain(URI.create("http://account.blob.core.windows.net")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
