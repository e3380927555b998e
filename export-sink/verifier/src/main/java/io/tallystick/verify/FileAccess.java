// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Who may read and write a file that takes the place of another. */
public final class FileAccess {
    private static final Set<PosixFilePermission> GROUP =
            Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_EXECUTE);

    private FileAccess() {}

    /** Changes a file's attribute, which may be another user's to do. */
    private interface Change {
        void make() throws IOException;
    }

    /**
     * Gives the new file the permissions of the old one, and its group and owner where this process may give them; a group it
     * cannot have may do nothing. In this order nobody may ever read the new file who may not read the old one. Nothing is done on
     * a file system without permissions.
     */
    public static void take(Path old, Path fresh) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        if (view == null) {
            return;
        }
        PosixFileAttributes before = Files.readAttributes(old, PosixFileAttributes.class);
        PosixFileAttributes now = view.readAttributes();
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        permissions.addAll(before.permissions());
        if (!before.group().equals(now.group()) && !allowed(() -> view.setGroup(before.group()))) {
            permissions.removeAll(GROUP);
        }
        view.setPermissions(permissions);
        if (!before.owner().equals(now.owner())) {
            var unused = allowed(() -> view.setOwner(before.owner()));
        }
    }

    private static boolean allowed(Change change) {
        try {
            change.make();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
