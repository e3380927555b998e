// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.fixtures.TestKeys;
import io.tallystick.vectors.Vectors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
    private static final byte[] MESSAGE = {1, 2, 3};

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameAFile() {
        file = directory.resolve("key.pem");
    }

    @ParameterizedTest
    @EnumSource(KeyAlgorithm.class)
    void aKeyComesBackFromItsFile(KeyAlgorithm algorithm) throws Exception {
        // Given
        SigningKey key = TestKeys.key(algorithm, "file");

        // When
        KeyFile.write(file, key, passphrase("tally"));
        SigningKey back = KeyFile.read(file, passphrase("tally"));

        // Then
        assertThat(back.algorithm()).isEqualTo(algorithm);
        assertThat(back.spki()).isEqualTo(key.spki());
        assertThat(back.sign(MESSAGE)).isEqualTo(key.sign(MESSAGE));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.readString(file)).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "p256"})
    void aKeyEncryptedByOpensslOpens(String name) throws Exception {
        // Given
        place("openssl/" + name + ".pem");

        // When
        SigningKey key = KeyFile.read(file, passphrase("tally"));

        // Then
        assertThat(key.spki()).isEqualTo(OpensslFiles.publicKey(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"p384", "rsa", "p256-aes128", "p256-scrypt", "p256-pbes1", "p256-500"})
    void otherAlgorithmsAndWeakOrForeignEncryptionAreRefused(String name) throws Exception {
        // Given
        place("openssl/" + name + ".pem");

        // Then
        refused("");
    }

    @Test
    void aWrongPassphraseAndADamagedFileLookTheSame() throws Exception {
        // Given
        place("openssl/p256.pem");
        for (String wrong : new String[] {"", "tall", "tally ", "Tally", "x".repeat(2000)}) {
            // Then
            assertThatExceptionOfType(KeyException.class)
                    .isThrownBy(() -> KeyFile.read(file, passphrase(wrong)))
                    .withMessage(file + ": wrong passphrase or damaged key file")
                    .withNoCause();
        }
    }

    @Test
    void fewOfManyWrongPassphrasesLeaveGoodPaddingAndStillLookTheSame() throws Exception {
        // Given: openssl's 2,048 iterations make this quick
        place("openssl/p256.pem");
        for (int i = 0; i < 600; i++) {
            char[] wrong = passphrase("wrong " + i);

            // Then
            assertThatExceptionOfType(KeyException.class)
                    .isThrownBy(() -> KeyFile.read(file, wrong))
                    .withMessage(file + ": wrong passphrase or damaged key file")
                    .withNoCause();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
                "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\n!!!!\n-----END ENCRYPTED PRIVATE KEY-----\n",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----",
                "-----END ENCRYPTED PRIVATE KEY-----"
            })
    void whatIsNotAnEncryptedKeyIsRefused(String content) throws Exception {
        // Given
        protectedFile(content);

        // Then
        refused("");
    }

    @Test
    void aFileOpenToOthersIsRefused() throws Exception {
        for (String mode : new String[] {"rw-r-----", "rw----r--", "rw--w----", "rwx--x---", "rw-rw-rw-"}) {
            // Given
            place("openssl/p256.pem");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

            // Then
            refused("open to group or others");
        }
    }

    @Test
    void aSymbolicLinkIsRefused() throws Exception {
        // Given
        Path target = directory.resolve("target.pem");
        place("openssl/p256.pem");
        Files.move(file, target);
        Files.createSymbolicLink(file, target);

        // Then
        refused("not a regular file");
    }

    @Test
    void aHardLinkIsRefused() throws Exception {
        // Given
        place("openssl/p256.pem");
        Files.createLink(directory.resolve("second.pem"), file);

        // Then
        refused("hard links");
    }

    @Test
    void aDirectoryAndAMissingFileAreRefused() throws Exception {
        refused("cannot read");
        Files.createDirectory(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        refused("not a regular file");
    }

    @Test
    void aFileOverSixtyFourKibibytesIsRefused() throws Exception {
        // Given
        protectedFile("x".repeat(64 * 1024 + 1));

        // Then
        refused("larger than 65536 bytes");
    }

    @Test
    void aFileBelowADirectoryOthersCanWriteToIsRefused() throws Exception {
        // Given
        Path open = Files.createDirectory(directory.resolve("open"));
        Path below = Files.createDirectory(open.resolve("below"));
        file = below.resolve("key.pem");
        place("openssl/p256.pem");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        // Then
        refused("writable by group or others");
    }

    /** Where the link leads is safe; where it lies, everybody may put another. */
    @Test
    void aFileBehindALinkThatOthersCanReplaceIsRefused() throws Exception {
        // Given
        Path secure = Files.createDirectory(directory.resolve("secure"));
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.createSymbolicLink(open.resolve("link"), secure);
        file = secure.resolve("key.pem");
        place("openssl/p256.pem");
        file = open.resolve("link/key.pem");
        assertThat(KeyFile.read(file, passphrase("tally"))).isNotNull();
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        // Then
        refused("open is writable by group or others");
        file = directory.resolve("secure/key.pem");
        assertThat(KeyFile.read(file, passphrase("tally"))).isNotNull();
    }

    @Test
    void everyLinkOnTheWayIsChecked() throws Exception {
        // Given: outer -> open/inner -> ../secure
        Path secure = Files.createDirectory(directory.resolve("secure"));
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.createSymbolicLink(open.resolve("inner"), Path.of("../secure/./"));
        Files.createSymbolicLink(directory.resolve("outer"), Path.of("open/inner"));
        file = secure.resolve("key.pem");
        place("openssl/p256.pem");
        file = directory.resolve("outer/key.pem");
        assertThat(KeyFile.read(file, passphrase("tally"))).isNotNull();
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        // Then
        refused("open is writable by group or others");
    }

    @Test
    void linksThatLeadNowhereAreRefused() throws Exception {
        // Given
        Files.createSymbolicLink(directory.resolve("round"), directory.resolve("round"));
        file = directory.resolve("round/key.pem");

        // Then
        refused("");
    }

    /** There nobody but the owner of a file can replace it. */
    @Test
    void aFileInAStickyDirectoryIsRead() throws Exception {
        // Given
        Path shared = Files.createDirectory(directory.resolve("shared"));
        file = shared.resolve("key.pem");
        place("openssl/p256.pem");
        Files.setAttribute(shared, "unix:mode", 01777);

        // Then
        assertThat(KeyFile.read(file, passphrase("tally"))).isNotNull();
    }

    @Test
    void aFileOrALinkOfAForeignOwnerIsRefused() throws Exception {
        // Given
        Path secure = Files.createDirectory(directory.resolve("secure"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), secure);
        file = secure.resolve("key.pem");
        place("openssl/p256.pem");
        assumeTrue(Files.getAttribute(file, "unix:uid").equals(0), "only root can give a file away");

        // Then
        Files.setAttribute(file, "unix:uid", 4711);
        refused("key.pem belongs to user 4711");
        Files.setAttribute(file, "unix:uid", 0);
        Files.setAttribute(link, "unix:uid", 4711, LinkOption.NOFOLLOW_LINKS);
        file = link.resolve("key.pem");
        refused("link belongs to user 4711");
    }

    @Test
    void anExistingFileIsNeverReplaced() throws Exception {
        // Given
        Files.writeString(file, "precious");

        // Then
        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> KeyFile.write(file, TestKeys.root(), passphrase("tally")));
        assertThat(Files.readString(file)).isEqualTo("precious");
    }

    @Test
    void writingLeavesNothingElseBehind() throws Exception {
        // When
        SecretFile.write(file, MESSAGE);
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> SecretFile.write(file, MESSAGE));

        // Then
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
        assertThat(SecretFile.read(file, 3)).isEqualTo(MESSAGE);
    }

    @Test
    void keysOfOtherKindsAndEmptyPassphrasesAreNotWritten() {
        SigningKey elsewhere = new SigningKey() {
            @Override
            public KeyAlgorithm algorithm() {
                return KeyAlgorithm.ED25519;
            }

            @Override
            public byte[] spki() {
                return TestKeys.checkpointEd25519().spki();
            }

            @Override
            public byte[] sign(byte[] message) {
                return message.clone();
            }

            @Override
            public void close() {}
        };

        assertThatIllegalArgumentException().isThrownBy(() -> KeyFile.write(file, elsewhere, passphrase("tally")));
        assertThatIllegalArgumentException().isThrownBy(() -> KeyFile.write(file, TestKeys.root(), new char[0]));
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"geheim", "geheim\n", "geheim\r\n"})
    void aPassphraseIsReadWithoutItsLineEnd(String content) throws Exception {
        // Given
        protectedFile(content);

        // Then
        assertThat(KeyFile.readPassphrase(file)).isEqualTo(passphrase("geheim"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void anEmptyPassphraseFileIsRefused(String content) throws Exception {
        // Given
        protectedFile(content);

        // Then
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> KeyFile.readPassphrase(file));
    }

    @Test
    void aPassphraseFileMustBeProtectedSmallAndUtf8() throws Exception {
        // Given
        protectedFile("x".repeat(1025));
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> KeyFile.readPassphrase(file));
        Files.write(file, new byte[] {(byte) 0xff});
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> KeyFile.readPassphrase(file));
        Files.writeString(file, "geheim");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatExceptionOfType(KeyException.class).isThrownBy(() -> KeyFile.readPassphrase(file));
    }

    private void refused(String saying) {
        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> KeyFile.read(file, passphrase("tally")))
                .withMessageContaining(saying);
    }

    private void place(String vector) throws IOException {
        protectedFile(new String(Vectors.bytes(vector), StandardCharsets.US_ASCII));
    }

    private void protectedFile(String content) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, content);
    }

    private static char[] passphrase(String text) {
        return text.toCharArray();
    }
}
