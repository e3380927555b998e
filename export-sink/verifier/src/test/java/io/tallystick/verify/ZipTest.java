// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ZipTest {
    @TempDir
    static Path temp;

    private static Scenario scenario;

    @BeforeAll
    static void writeBucket() throws IOException {
        scenario = Scenario.write(temp, 5);
    }

    private static VerificationReport verify(Path zip) {
        return Verifier.verify(VerifyRequest.of(zip).withTrustRoot(scenario.trustRoot));
    }

    /** Deflated, with folders, as any packer would. */
    private static Path pack(Path folder, Path out) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(out));
                Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(p -> !p.equals(folder)).toList()) {
                String name = folder.relativize(path).toString();
                zip.putNextEntry(new ZipEntry(Files.isDirectory(path) ? name + "/" : name));
                if (!Files.isDirectory(path)) {
                    Files.copy(path, zip);
                }
            }
        }
        return out;
    }

    @Test
    void archiveOfABucketIsVerifiedAsTheBucketIs(@TempDir Path folder) throws IOException {
        // Given
        Path deflated = pack(scenario.ledger.bucket, folder.resolve("a.zip"));
        Path stored = folder.resolve("b");
        DeterministicZip.write(scenario.ledger.bucket, stored);

        // When
        VerificationReport expected = verify(scenario.ledger.bucket);

        // Then
        assertThat(expected.exitCode()).isZero();
        assertThat(verify(deflated).jsonText()).isEqualTo(expected.jsonText());
        assertThat(verify(stored).jsonText()).isEqualTo(expected.jsonText());
    }

    @Test
    void oneTenantOfAnArchiveCanBeNamed(@TempDir Path folder) throws IOException {
        // Given
        Path zip = pack(scenario.ledger.bucket, folder.resolve("a.zip"));
        VerifyRequest request = VerifyRequest.of(zip).withTrustRoot(scenario.trustRoot);

        // Then
        VerificationReport acme = Verifier.verify(request.withTenant("acme"));
        assertThat(acme.exitCode()).as(acme.text()).isZero();
        assertThat(acme.tenants()).hasSize(1);
        assertThat(Verifier.verify(request.withTenant("initech")).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Verifier.verify(request.withTenant("../acme")).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void nothingIsLeftBehind(@TempDir Path folder) throws IOException {
        // Given
        Path tmp = Path.of(System.getProperty("java.io.tmpdir"));
        Path good = pack(scenario.ledger.bucket, folder.resolve("a.zip"));
        Path bad = Files.write(folder.resolve("b.zip"), Arrays.copyOf(Files.readAllBytes(good), 500));
        long before = leftovers(tmp);

        // When
        verify(good);
        verify(bad);

        // Then
        assertThat(leftovers(tmp)).isEqualTo(before);
    }

    private static long leftovers(Path tmp) throws IOException {
        try (Stream<Path> files = Files.list(tmp)) {
            return files.filter(path -> path.getFileName().toString().startsWith("tally-verify"))
                    .count();
        }
    }

    /** An archive made by hand, so that it can say anything. */
    private static final class Zip {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream central = new ByteArrayOutputStream();
        private int entries;

        static byte[] stored(String name, String content) {
            return new Zip().add(name, name, content, 0, 0, 0, 0).end(0);
        }

        Zip add(String name, String local, String content, int method, int flags, int mode, int sizeMore) {
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            CRC32 crc = new CRC32();
            crc.update(data);
            int offset = out.size();
            out.writeBytes(little(30)
                    .putInt(0x04034b50)
                    .putShort((short) 20)
                    .putShort((short) flags)
                    .putShort((short) method)
                    .putInt(0)
                    .putInt((int) crc.getValue())
                    .putInt(data.length)
                    .putInt(data.length + sizeMore)
                    .putShort((short) local.length())
                    .putShort((short) 0)
                    .array());
            out.writeBytes(local.getBytes(StandardCharsets.ISO_8859_1));
            out.writeBytes(data);
            return central(
                    name, data.length, data.length + sizeMore, (int) crc.getValue(), method, flags, mode, offset);
        }

        Zip central(String name, int packed, int size, int crc, int method, int flags, int mode, int offset) {
            central.writeBytes(little(46)
                    .putInt(0x02014b50)
                    .putShort((short) (3 << 8 | 20))
                    .putShort((short) 20)
                    .putShort((short) flags)
                    .putShort((short) method)
                    .putInt(0)
                    .putInt(crc)
                    .putInt(packed)
                    .putInt(size)
                    .putShort((short) name.length())
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putInt(mode << 16)
                    .putInt(offset)
                    .array());
            central.writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
            entries++;
            return this;
        }

        byte[] end(int countMore) {
            int offset = out.size();
            out.writeBytes(central.toByteArray());
            out.writeBytes(little(22)
                    .putInt(0x06054b50)
                    .putInt(0)
                    .putShort((short) (entries + countMore))
                    .putShort((short) (entries + countMore))
                    .putInt(central.size())
                    .putInt(offset)
                    .putShort((short) 0)
                    .array());
            return out.toByteArray();
        }

        private static ByteBuffer little(int bytes) {
            return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    static final class Hostile {
        private final String name;
        private final byte[] archive;
        private final String message;

        Hostile(String name, byte[] archive, String message) {
            this.name = name;
            this.archive = archive;
            this.message = message;
        }

        String name() {
            return name;
        }

        byte[] archive() {
            return archive.clone();
        }

        String message() {
            return message;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Hostile named(String name) {
        return new Hostile("name " + name, Zip.stored(name, "x"), "is not a name evidence can have");
    }

    static Stream<Hostile> hostile() throws IOException {
        byte[] good = Zip.stored("v1/a", "x");
        byte[] bomb = bomb();
        byte[] commented = Arrays.copyOf(good, good.length + 1);
        commented[good.length - 2] = 1;
        byte[] prefixed = new byte[good.length + 4];
        System.arraycopy(new byte[] {'P', 'K', 3, 4}, 0, prefixed, 0, 4);
        System.arraycopy(good, 0, prefixed, 4, good.length);
        return Stream.of(
                named("../outside"),
                named("/etc/passwd"),
                named("v1/../../outside"),
                named("v1/./a"),
                named("v1//a"),
                named("C:\\a"),
                named("v1\\a"),
                named(".ssh"),
                named("v1/" + "x".repeat(300)),
                new Hostile("name with NUL", Zip.stored("v1/a\u0000b", "x"), "not printable ASCII"),
                new Hostile("name with escape", Zip.stored("v1/a\u001bb", "x"), "not printable ASCII"),
                new Hostile("name outside ASCII", Zip.stored("v1/\u00e4", "x"), "not printable ASCII"),
                new Hostile(
                        "two entries of one name",
                        new Zip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .add("v1/a", "v1/a", "y", 0, 0, 0, 0)
                                .end(0),
                        "two entries are called v1/a"),
                new Hostile(
                        "two names that differ in case",
                        new Zip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .add("v1/A", "v1/A", "y", 0, 0, 0, 0)
                                .end(0),
                        "two entries are called v1/A"),
                new Hostile(
                        "a file that is a folder",
                        new Zip()
                                .add("v1", "v1", "x", 0, 0, 0, 0)
                                .add("v1/A", "v1/A", "y", 0, 0, 0, 0)
                                .end(0),
                        "v1 is a file and a folder"),
                new Hostile(
                        "symbolic link",
                        new Zip()
                                .add("v1/a", "v1/a", "/etc/passwd", 0, 0, 0xA1FF, 0)
                                .end(0),
                        "v1/a: not a regular file"),
                new Hostile(
                        "device",
                        new Zip().add("v1/a", "v1/a", "", 0, 0, 0x21FF, 0).end(0),
                        "v1/a: not a regular file"),
                new Hostile(
                        "encrypted",
                        new Zip().add("v1/a", "v1/a", "x", 0, 1, 0, 0).end(0),
                        "v1/a: encrypted"),
                new Hostile(
                        "unknown method",
                        new Zip().add("v1/a", "v1/a", "x", 12, 0, 0, 0).end(0),
                        "packed by unknown method 12"),
                new Hostile(
                        "another name in the header",
                        new Zip().add("v1/a", "v1/b", "x", 0, 0, 0, 0).end(0),
                        "its header says something else"),
                new Hostile(
                        "stored with another size",
                        new Zip().add("v1/a", "v1/a", "x", 0, 0, 0, 1).end(0),
                        "sizes do not agree"),
                new Hostile(
                        "garbage as deflated",
                        new Zip()
                                .add("v1/a", "v1/a", "\u007f\u007f\u007f", 8, 0, 0, 0)
                                .end(0),
                        "v1/a: "),
                new Hostile(
                        "entries that share bytes",
                        new Zip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .central("v1/a", 1, 1, 0, 0, 0, 0, 0)
                                .end(0),
                        "two entries are called v1/a"),
                new Hostile(
                        "entry beyond the directory",
                        new Zip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .central("v1/b", 1, 1, 0, 0, 0, 0, 35)
                                .end(0),
                        "lies outside the archive"),
                new Hostile(
                        "more entries than said",
                        new Zip().add("v1/a", "v1/a", "x", 0, 0, 0, 0).end(-1),
                        "more bytes"),
                new Hostile(
                        "fewer entries than said",
                        new Zip().add("v1/a", "v1/a", "x", 0, 0, 0, 0).end(1),
                        "a broken"),
                new Hostile("bomb", bomb, "more than 100 times its size"),
                new Hostile("size without content", declared(), "more than 100 times its size"),
                new Hostile("comment", commented, "does not end as a zip archive"),
                new Hostile("bytes before", prefixed, "its directory is not where it must be"),
                new Hostile("cut", Arrays.copyOf(good, good.length - 1), "does not end as a zip archive"),
                new Hostile("bytes behind", Arrays.copyOf(good, good.length + 1), "does not end as a zip archive"),
                new Hostile("too short", Arrays.copyOf(good, 10), "it is too short"),
                new Hostile("wrong checksum", flipped(good), "not what its size and checksum say"));
    }

    /** The content of the only entry, changed. */
    private static byte[] flipped(byte[] good) {
        byte[] changed = good.clone();
        changed[30 + 4] ^= 1;
        return changed;
    }

    private static byte[] declared() {
        return new Zip().add("v1/a", "v1/a", "x", 8, 0, 0, 200 * 1024 * 1024).end(0);
    }

    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("v1/a"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 100; i++) {
                zip.write(zeros);
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void hostileArchiveIsRefusedBeforeItIsUsed(Hostile hostile, @TempDir Path folder) throws IOException {
        // Given
        Path zip = Files.write(folder.resolve("a.zip"), hostile.archive());

        // When
        VerificationReport report = verify(zip);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.target().orElseThrow().faults().get(0).message()).contains(hostile.message());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(zip);
        }
    }

    @Test
    void noSingleByteOfAnArchiveCanBeChangedUnseen(@TempDir Path folder) throws IOException {
        // Given
        Path good = folder.resolve("good.zip");
        DeterministicZip.write(scenario.ledger.bucket.resolve(Scenario.path("acme", 1)), good);
        byte[] bytes = Files.readAllBytes(good);
        String expected = verify(good).jsonText();
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            byte[] changed = bytes.clone();
            changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));

            // When
            VerificationReport report = verify(Files.write(folder.resolve("changed.zip"), changed));

            // Then
            boolean sameContent = report.jsonText().equals(expected);
            boolean refused = report.exitCode() == ExitCode.FAILED || report.exitCode() == ExitCode.USAGE;
            assertThat(sameContent || refused).as(report.text()).isTrue();
        }
    }

    @Test
    void archivesAreWrittenTheSameWhereverAndWheneverTheyAre(@TempDir Path folder) throws IOException {
        // Given
        Map<String, byte[]> written = new TreeMap<>();
        for (String name : new String[] {"one", "two"}) {
            Path copy = Scenario.copy(scenario.ledger.bucket, folder.resolve(name));
            DeterministicZip.write(copy, folder.resolve(name + ".zip"));
            written.put(name, Files.readAllBytes(folder.resolve(name + ".zip")));
        }

        // Then
        assertThat(written.get("one")).isEqualTo(written.get("two"));
    }
}
