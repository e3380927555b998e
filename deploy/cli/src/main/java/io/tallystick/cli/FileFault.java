// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Why a file that the user named could not be read: the JDK's exceptions say no more than its name. */
final class FileFault {
    private FileFault() {}

    /** Goes after a colon. */
    static String why(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "it does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return "this user may not read it";
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
