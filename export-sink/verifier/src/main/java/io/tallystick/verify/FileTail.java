// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;

/** The end of a file, so that it can be put in order before it is read. */
final class FileTail {
    private FileTail() {}

    /** The last {@code max} bytes, or all if there are fewer; empty if there is no such regular file. */
    static byte[] read(Path file, int max) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return new byte[0];
        }
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            channel.position(Math.max(0, channel.size() - max));
            ByteBuffer tail = ByteBuffer.allocate(max);
            for (int count = 0; count >= 0 && tail.hasRemaining(); ) {
                count = channel.read(tail);
            }
            return Arrays.copyOf(tail.array(), tail.position());
        }
    }
}
