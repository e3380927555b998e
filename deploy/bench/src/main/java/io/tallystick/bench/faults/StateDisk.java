// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory of a sequencer's state: a small file system of its own where this may be mounted, so that it can be full. */
final class StateDisk {
    private static final Logger LOGGER = LoggerFactory.getLogger(StateDisk.class);
    private static final int MEBIBYTES = 96;
    private static final String FILLER = "filler";

    private final Path mountPoint;
    private final boolean mounted;

    private StateDisk(Path mountPoint, boolean mounted) {
        this.mountPoint = mountPoint;
        this.mounted = mounted;
    }

    static StateDisk make(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + MEBIBYTES + "m", "tmpfs", directory.toString());
        StateDisk disk = new StateDisk(directory, mounted);
        Files.createDirectories(disk.state());
        return disk;
    }

    private static boolean run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            LOGGER.atInfo().addKeyValue("error", e.toString()).log("cannot run " + command[0]);
            return false;
        }
    }

    /** Whether it can be filled without filling anything else. */
    boolean isMounted() {
        return mounted;
    }

    /** What the sequencer is given. */
    Path state() {
        return mountPoint.resolve("state");
    }

    /** Takes all space that is left. */
    void fill() throws IOException {
        byte[] block = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(mountPoint.resolve(FILLER))) {
            for (long left = (long) MEBIBYTES << 20; left > 0; left -= block.length) {
                out.write(block);
            }
        } catch (IOException e) {
            LOGGER.atInfo().addKeyValue("error", e.getMessage()).log("state disk is full");
            fillTheRest();
        }
    }

    /** To the last byte. */
    private void fillTheRest() {
        try (OutputStream out = Files.newOutputStream(mountPoint.resolve(FILLER + "-rest"))) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("error", e.getMessage()).log("state disk is full to the last byte");
        }
    }

    void free() throws IOException {
        Files.deleteIfExists(mountPoint.resolve(FILLER));
        Files.deleteIfExists(mountPoint.resolve(FILLER + "-rest"));
    }

    /** Deletes the state; its process must not run. */
    void wipe() throws IOException {
        delete(state());
        Files.createDirectories(state());
    }

    /** Deletes a directory with everything below it. */
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    void unmount() throws InterruptedException {
        if (mounted && !run("umount", mountPoint.toString()) && !run("umount", "-l", mountPoint.toString())) {
            LOGGER.atWarn().addKeyValue("directory", mountPoint).log("could not be unmounted");
        }
    }
}
