// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

/** What was decrypted is no key. A damaged file looks the same. */
final class WrongPassphraseException extends KeyException {
    private static final long serialVersionUID = 1L;

    WrongPassphraseException(String message) {
        super(
                message,
                "Give the passphrase that the key was made with; nothing but a copy of file or passphrase brings it back.",
                null);
    }
}
