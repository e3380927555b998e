// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * Private keys in files: PEM of encrypted PKCS#8 (RFC 5958 §3), made with PBES2, PBKDF2-HMAC-SHA256 with 600,000
 * iterations and AES-256-CBC, which {@code openssl pkey} reads. Unencrypted keys are refused.
 */
public final class KeyFile {
    private static final int SIZE_MAX = 64 * 1024;
    private static final int PASSPHRASE_MAX = 1024;
    private static final String LABEL = "ENCRYPTED PRIVATE KEY";

    private KeyFile() {}

    /** Makes a key in memory. */
    public static SigningKey generate(KeyAlgorithm algorithm, SecureRandom random) {
        return PrivateKey.generate(algorithm, random);
    }

    /** {@link #write(Path, SigningKey, char[], SecureRandom)} with a random source of its own. */
    public static void write(Path path, SigningKey key, char[] passphrase) throws KeyException {
        write(path, key, passphrase, new SecureRandom());
    }

    /**
     * Creates the file, mode 0600.
     *
     * @param key one made or read by this class
     * @param passphrase at least one character; not kept
     * @throws KeyException if the path exists already or cannot be written
     * @throws IllegalArgumentException if the private key cannot be had, or the passphrase is empty
     */
    public static void write(Path path, SigningKey key, char[] passphrase, SecureRandom random) throws KeyException {
        if (!(key instanceof PrivateKey memory)) {
            throw new IllegalArgumentException("the private part of " + key + " is not in this process");
        }
        if (passphrase.length == 0) {
            throw new IllegalArgumentException("the passphrase is empty");
        }
        byte[] pkcs8 = memory.pkcs8();
        try {
            SecretFile.write(path, PublicKeys.pem(LABEL, Pbes2.encrypt(pkcs8, passphrase, random)));
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    /**
     * Opens a key file.
     *
     * @throws KeyException if the file is not protected as {@link SecretFile} demands, is not an encrypted PKCS#8 key
     *     of a known algorithm, or the passphrase is wrong
     */
    public static SigningKey read(Path path, char[] passphrase) throws KeyException {
        byte[] pkcs8 = {};
        try {
            pkcs8 = Pbes2.decrypt(der(path), passphrase);
            return PrivateKey.decode(pkcs8);
        } catch (WrongPassphraseException e) {
            throw new WrongPassphraseException(path + ": " + e.getMessage());
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    /**
     * Reads a passphrase from a file with the same protection; one final line end does not belong to it.
     *
     * @return to be wiped by the caller
     * @throws KeyException if the file is not protected, empty, over 1 KiB or not UTF-8
     */
    public static char[] readPassphrase(Path path) throws KeyException {
        return passphrase(SecretFile.read(path, PASSPHRASE_MAX), path.toString());
    }

    /**
     * Reads a passphrase from a stream that others cannot read, such as an inherited file descriptor, to its end; one final
     * line end does not belong to it.
     *
     * @param name of the stream, for messages
     * @return to be wiped by the caller
     * @throws KeyException if it cannot be read, is empty, over 1 KiB or not UTF-8
     */
    public static char[] readPassphrase(InputStream in, String name) throws KeyException {
        try {
            byte[] bytes = in.readNBytes(PASSPHRASE_MAX + 1);
            if (bytes.length > PASSPHRASE_MAX) {
                throw new KeyException(name + " holds more than " + PASSPHRASE_MAX + " bytes");
            }
            return passphrase(bytes, name);
        } catch (IOException e) {
            throw new KeyException("cannot read a passphrase from " + name + ": " + e.getMessage(), e);
        }
    }

    private static char[] passphrase(byte[] bytes, String name) throws KeyException {
        try {
            CharBuffer chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            int length = chars.length();
            if (length > 0 && chars.get(length - 1) == '\n') {
                length--;
                if (length > 0 && chars.get(length - 1) == '\r') {
                    length--;
                }
            }
            if (length == 0) {
                throw new KeyException(name + " holds no passphrase");
            }
            char[] passphrase = new char[length];
            chars.get(passphrase);
            Arrays.fill(chars.array(), '\0');
            return passphrase;
        } catch (CharacterCodingException e) {
            throw new KeyException(name + " is not UTF-8", e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static byte[] der(Path path) throws KeyException {
        String text = new String(SecretFile.read(path, SIZE_MAX), StandardCharsets.ISO_8859_1).strip();
        String begin = "-----BEGIN " + LABEL + "-----";
        String end = "-----END " + LABEL + "-----";
        if (!text.startsWith(begin) || !text.endsWith(end) || text.length() < begin.length() + end.length()) {
            throw new KeyException(path + " is not a PEM file with one " + LABEL);
        }
        String body = text.substring(begin.length(), text.length() - end.length());
        try {
            return Base64.getDecoder().decode(body.replaceAll("[ \t\r\n]", ""));
        } catch (IllegalArgumentException e) {
            throw new KeyException(path + " is not a PEM file with one " + LABEL, e);
        }
    }
}
