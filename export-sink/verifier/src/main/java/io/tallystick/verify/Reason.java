// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file cannot be read or written, for people: what the platform says by the name of a class alone is put in words. */
public final class Reason {
    private Reason() {}

    /** One sentence without its end, like {@code /tmp/x: access is denied}. */
    public static String of(IOException fault) {
        if (fault instanceof FileSystemException at && at.getFile() != null && at.getReason() == null) {
            return at.getFile() + words(at);
        }
        return fault.getMessage() == null ? "it fails (" + fault.getClass().getSimpleName() + ")" : fault.getMessage();
    }

    private static String words(FileSystemException fault) {
        if (fault instanceof NoSuchFileException) {
            return " does not exist";
        }
        if (fault instanceof AccessDeniedException) {
            return ": access is denied";
        }
        if (fault instanceof FileAlreadyExistsException) {
            return " exists already";
        }
        return fault instanceof NotDirectoryException ? " is not a folder" : " cannot be used";
    }
}
