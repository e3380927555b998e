// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Archives that no packer makes: broken, hostile, and such that two readers see two things in them. */
final class HostileZips {
    private static final byte[] NOTHING = {};
    private static final byte[] X = {'x'};
    private static final int CRC = TestZip.crc(X);

    /** Flag of an entry whose checksum and sizes follow its content. */
    private static final int DESCRIBED = 8;

    private HostileZips() {}

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

    static Stream<Hostile> rows() throws IOException {
        return Stream.concat(malformed(), twofold());
    }

    private static Hostile named(String name) {
        return new Hostile("name " + name, TestZip.stored(name, "x"), "is not a name evidence can have");
    }

    private static Stream<Hostile> malformed() throws IOException {
        byte[] good = TestZip.stored("v1/a", "x");
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
                new Hostile("name with NUL", TestZip.stored("v1/a\u0000b", "x"), "not printable ASCII"),
                new Hostile("name with escape", TestZip.stored("v1/a\u001bb", "x"), "not printable ASCII"),
                new Hostile("name outside ASCII", TestZip.stored("v1/\u00e4", "x"), "not printable ASCII"),
                new Hostile(
                        "two entries of one name",
                        new TestZip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .add("v1/a", "v1/a", "y", 0, 0, 0, 0)
                                .end(0),
                        "two entries are called v1/a"),
                new Hostile(
                        "two names that differ in case",
                        new TestZip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .add("v1/A", "v1/A", "y", 0, 0, 0, 0)
                                .end(0),
                        "two entries are called v1/A"),
                new Hostile(
                        "a file that is a folder",
                        new TestZip()
                                .add("v1", "v1", "x", 0, 0, 0, 0)
                                .add("v1/A", "v1/A", "y", 0, 0, 0, 0)
                                .end(0),
                        "v1 is a file and a folder"),
                new Hostile(
                        "symbolic link",
                        new TestZip()
                                .add("v1/a", "v1/a", "/etc/passwd", 0, 0, 0xA1FF, 0)
                                .end(0),
                        "v1/a: not a regular file"),
                new Hostile(
                        "device",
                        new TestZip().add("v1/a", "v1/a", "", 0, 0, 0x21FF, 0).end(0),
                        "v1/a: not a regular file"),
                new Hostile(
                        "encrypted",
                        new TestZip().add("v1/a", "v1/a", "x", 0, 1, 0, 0).end(0),
                        "v1/a: encrypted"),
                new Hostile(
                        "unknown method",
                        new TestZip().add("v1/a", "v1/a", "x", 12, 0, 0, 0).end(0),
                        "packed by unknown method 12"),
                new Hostile(
                        "another name in the header",
                        new TestZip().add("v1/a", "v1/b", "x", 0, 0, 0, 0).end(0),
                        "its header says something else"),
                new Hostile(
                        "stored with another size",
                        new TestZip().add("v1/a", "v1/a", "x", 0, 0, 0, 1).end(0),
                        "sizes do not agree"),
                new Hostile(
                        "garbage as deflated",
                        new TestZip()
                                .add("v1/a", "v1/a", "\u007f\u007f\u007f", 8, 0, 0, 0)
                                .end(0),
                        "v1/a: "),
                new Hostile("entries that share bytes", nested(), "two entries share bytes"),
                new Hostile(
                        "entry beyond the directory",
                        new TestZip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .central("v1/b", 1, 1, 0, 0, 0, 0, 35)
                                .end(0),
                        "lies outside the archive"),
                new Hostile(
                        "more entries than said",
                        new TestZip().add("v1/a", "v1/a", "x", 0, 0, 0, 0).end(-1),
                        "more bytes"),
                new Hostile(
                        "fewer entries than said",
                        new TestZip().add("v1/a", "v1/a", "x", 0, 0, 0, 0).end(1),
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

    /** What readers that begin at an archive's first byte see otherwise than those that begin with its directory. */
    private static Stream<Hostile> twofold() {
        byte[] stranger = TestZip.header("v1/b", 0, 0, 0, 0, 0, NOTHING);
        String header = "v1/a: its header says something else than the directory";
        String descriptor = "v1/a: its data descriptor is missing, or says something else";
        return Stream.of(
                new Hostile(
                        "entry before the first",
                        new TestZip()
                                .raw(stranger)
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .end(0),
                        "34 bytes at 0 belong to no entry"),
                new Hostile(
                        "entry between two others",
                        new TestZip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .raw(stranger)
                                .add("v1/c", "v1/c", "y", 0, 0, 0, 0)
                                .end(0),
                        "34 bytes at 35 belong to no entry"),
                new Hostile(
                        "entry that the directory does not list",
                        new TestZip()
                                .add("v1/a", "v1/a", "x", 0, 0, 0, 0)
                                .raw(stranger)
                                .end(0),
                        "34 bytes at 35 belong to no entry"),
                new Hostile("directory in another order", swapped(), "35 bytes at 0 belong to no entry"),
                new Hostile("another checksum in the header", headed(0, CRC + 1, 1, 1, NOTHING), header),
                new Hostile("no checksum in the header", headed(0, 0, 1, 1, NOTHING), header),
                new Hostile("another packed size in the header", headed(0, CRC, 0, 1, NOTHING), header),
                new Hostile("another size in the header", headed(0, CRC, 1, 2, NOTHING), header),
                new Hostile("another size in the header's zip64 field", headed(0, CRC, 1, -1, wide(2)), header),
                new Hostile("descriptor in the header alone", headed(DESCRIBED, CRC, 1, 1, NOTHING), header),
                new Hostile("encrypted in the header alone", headed(1, CRC, 1, 1, NOTHING), header),
                new Hostile(
                        "second name in the header",
                        headed(
                                0,
                                CRC,
                                1,
                                1,
                                little(13, 0x7075, 9).put(new byte[9]).array()),
                        "v1/a: has a second name in an extra field"),
                new Hostile("header that says a size before its descriptor", behind(2, words(CRC, 1, 1)), header),
                new Hostile("descriptor that is missing", behind(0, NOTHING), descriptor),
                new Hostile("descriptor with another checksum", behind(0, words(CRC + 1, 1, 1)), descriptor),
                new Hostile("descriptor with another packed size", behind(0, words(CRC, 2, 1)), descriptor),
                new Hostile("descriptor with another size", behind(0, words(CRC, 1, 2)), descriptor),
                new Hostile("descriptor with another signature", behind(0, words(1, CRC, 1, 1)), descriptor),
                new Hostile("bytes behind a descriptor", behind(0, words(CRC, 1, 1, 0, 0, 0, 0)), descriptor),
                new Hostile("bytes behind the packed content", trailing(), "its packed bytes go on behind its content"),
                new Hostile(
                        "folder with hidden bytes",
                        new TestZip()
                                .raw(TestZip.header("v1/", 8, 0, 0, 34, 0, NOTHING))
                                .raw(stranger)
                                .central("v1/", 34, 0, 0, 8, 0, 0, 0)
                                .end(0),
                        "v1/: a folder with content"),
                new Hostile(
                        "two directories",
                        new TestZip().add("v1/a", "v1/a", "x", 0, 0, 0, 0).end64(1),
                        "its zip64 record says something else than its end"));
    }

    /** The entry v1/a with the content x, whose header says this. */
    private static byte[] headed(int flags, int crc, int packed, int size, byte[] extra) {
        return new TestZip()
                .described(TestZip.header("v1/a", 0, flags, crc, packed, size, extra), X, 0, NOTHING)
                .end(0);
    }

    /** The entry v1/a with the content x, and a descriptor behind it. */
    private static byte[] behind(int size, byte[] descriptor) {
        return new TestZip()
                .described(TestZip.header("v1/a", 0, DESCRIBED, 0, 0, size, NOTHING), X, DESCRIBED, descriptor)
                .end(0);
    }

    private static byte[] words(int... words) {
        byte[] bytes = new byte[4 * words.length];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            out.putInt(word);
        }
        return bytes;
    }

    private static ByteBuffer little(int bytes, int id, int length) {
        return TestZip.little(bytes).putShort((short) id).putShort((short) length);
    }

    /** A zip64 field of one size. */
    private static byte[] wide(long size) {
        return little(4 + Long.BYTES, 1, Long.BYTES).putLong(size).array();
    }

    private static byte[] swapped() {
        return new TestZip()
                .raw(TestZip.header("v1/a", 0, 0, CRC, 1, 1, NOTHING))
                .raw(X)
                .add("v1/b", "v1/b", "y", 0, 0, 0, 0)
                .central("v1/a", 1, 1, CRC, 0, 0, 0, 0)
                .end(0);
    }

    /** A whole entry in the content of another. */
    private static byte[] nested() {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(TestZip.header("v1/b", 0, 0, CRC, 1, 1, NOTHING));
        content.writeBytes(X);
        byte[] inner = content.toByteArray();
        int length = inner.length;
        return new TestZip()
                .described(TestZip.header("v1/a", 0, 0, TestZip.crc(inner), length, length, NOTHING), inner, 0, NOTHING)
                .central("v1/b", 1, 1, CRC, 0, 0, 0, 34)
                .end(0);
    }

    /** A deflated x and, as if they were of it, more bytes. */
    private static byte[] trailing() {
        byte[] packed = {(byte) 0xab, 0, 0, 1, 2, 3, 4};
        return new TestZip()
                .raw(TestZip.header("v1/a", 8, 0, CRC, packed.length, 1, NOTHING))
                .raw(packed)
                .central("v1/a", packed.length, 1, CRC, 8, 0, 0, 0)
                .end(0);
    }

    /** The content of the only entry, changed. */
    private static byte[] flipped(byte[] good) {
        byte[] changed = good.clone();
        changed[30 + 4] ^= 1;
        return changed;
    }

    private static byte[] declared() {
        return new TestZip()
                .add("v1/a", "v1/a", "x", 8, 0, 0, 200 * 1024 * 1024)
                .end(0);
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
}
