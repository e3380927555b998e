// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;

/** Folders that only this process's user can look into, on file systems that know users. */
final class OwnerOnly {
    private static final String VIEW = "posix";
    private static final String MODE = "rwx------";

    private OwnerOnly() {}

    private static boolean hasOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains(VIEW);
    }

    private static FileAttribute<?>[] attributes(Path path) {
        return hasOwners(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE))}
                : new FileAttribute<?>[0];
    }

    static Path createDirectory(Path directory) throws IOException {
        return Files.createDirectory(directory, attributes(directory));
    }

    /** Creates what is missing of the way there; what is there stays as it is. */
    static void createDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, attributes(directory));
        }
    }

    /**
     * Requires that nobody else can put something into the folder, or another folder in its place by its name.
     *
     * @throws IOException if it belongs to somebody else, group or others may write to it, or a link to it is another's
     */
    static void require(Path directory) throws IOException {
        if (!hasOwners(directory)) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(
                    directory + " may be written by group or others (" + PosixFilePermissions.toString(permissions)
                            + "); name another folder for scratch files, or chmod go-w it");
        }
        UserPrincipal user = user(directory);
        for (UserPrincipal owner :
                List.of(Files.getOwner(directory), Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS))) {
            if (!owner.equals(user)) {
                throw new IOException(directory + " belongs to " + owner.getName() + ", not to " + user.getName()
                        + "; name a folder for scratch files that this process makes, or owns");
            }
        }
    }

    /** Whom new files belong to; the JDK has no call for it. */
    private static UserPrincipal user(Path directory) throws IOException {
        Path probe = Files.createTempFile(directory, "owner", null);
        try {
            return Files.getOwner(probe);
        } finally {
            Files.delete(probe);
        }
    }
}
