// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a scratch directory is. */
class ScratchDirectoryTest {
    @TempDir
    Path temp;

    private Path parent;

    @BeforeEach
    void onlyWhereFilesHaveOwners() {
        assumeTrue(temp.getFileSystem().supportedFileAttributeViews().contains("posix"));
        parent = temp.resolve("a/tallystick-export");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private void own(Path path, UserPrincipal owner) throws IOException {
        Files.getFileAttributeView(path, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setOwner(owner);
    }

    /** Another user; only root can give files away. */
    private UserPrincipal somebodyElse() throws IOException {
        assumeTrue(Files.getAttribute(temp, "unix:uid").equals(0));
        return temp.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("12345");
    }

    @Test
    void isForItsOwnerAlone() throws IOException {
        // When
        try (ScratchDirectory scratch = ScratchDirectory.open(parent)) {
            // Then
            assertThat(mode(scratch.path())).isEqualTo("rwx------");
            assertThat(mode(parent)).isEqualTo("rwx------");
            assertThat(mode(parent.getParent())).isEqualTo("rwx------");
        }
        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void isForItsOwnerAloneInAParentThatOthersMayRead() throws IOException {
        // Given
        Files.createDirectories(parent);
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));

        // When
        try (ScratchDirectory scratch = ScratchDirectory.open(parent)) {
            // Then
            assertThat(mode(scratch.path())).isEqualTo("rwx------");
            assertThat(mode(parent)).isEqualTo("rwxr-xr-x");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxrwx---", "rwx----w-"})
    void refusesAParentThatOthersMayWriteTo(String mode) throws IOException {
        // Given
        Files.createDirectories(parent);
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString(mode));

        // When / Then
        assertThatThrownBy(() -> ScratchDirectory.open(parent))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(parent.toString())
                .hasMessageContaining("chmod go-w");
        try (Stream<Path> made = Files.list(parent)) {
            assertThat(made).isEmpty();
        }
    }

    @Test
    void refusesAParentOfSomebodyElse() throws IOException {
        // Given: made before this process had a chance to
        UserPrincipal other = somebodyElse();
        Files.createDirectories(parent);
        own(parent, other);

        // When / Then
        assertThatThrownBy(() -> ScratchDirectory.open(parent))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to 12345");
    }

    @Test
    void refusesALinkOfSomebodyElse() throws IOException {
        // Given: to a folder that is ours
        UserPrincipal other = somebodyElse();
        Path link = Files.createSymbolicLink(temp.resolve("link"), Files.createDirectory(temp.resolve("ours")));
        own(link, other);

        // When / Then
        assertThatThrownBy(() -> ScratchDirectory.open(link))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to 12345");
    }
}
