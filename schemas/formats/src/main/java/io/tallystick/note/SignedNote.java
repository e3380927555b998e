// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A text with signature lines. c2sp.org/signed-note:
 *
 * <pre>
 * note = text LF 1*100signatureLine        at most 64 KiB
 * text = UTF-8, ends in LF, no control characters but LF
 * </pre>
 *
 * The note is split at its last empty line, so the text may hold empty lines itself. Immutable.
 */
public final class SignedNote {
    /** Largest note accepted, in bytes. */
    public static final int SIZE_MAX = 64 * 1024;

    /** Most signature lines accepted. */
    public static final int SIGNATURES_MAX = 100;

    private final byte[] text;
    private final List<NoteSignature> signatures;

    private SignedNote(byte[] text, List<NoteSignature> signatures) {
        this.text = text;
        this.signatures = signatures;
    }

    /**
     * A note of a text and ready signatures, which are not verified.
     *
     * @throws NoteException {@link NoteException.Fault#MALFORMED} if the result would not parse
     */
    public static SignedNote of(byte[] text, List<NoteSignature> signatures) throws NoteException {
        SignedNote note = new SignedNote(text.clone(), List.copyOf(signatures));
        checkText(note.text);
        checkCount(signatures.size());
        if (note.encode().length > SIZE_MAX) {
            throw NoteException.malformed("the note is larger than " + SIZE_MAX + " bytes");
        }
        return note;
    }

    /**
     * Signs a text with each signer, in this order.
     *
     * @throws NoteException {@link NoteException.Fault#MALFORMED} if the text cannot be the text of a note
     */
    public static SignedNote sign(byte[] text, List<NoteSigner> signers) throws NoteException {
        checkText(text);
        List<NoteSignature> signatures = new ArrayList<>();
        for (NoteSigner signer : signers) {
            signatures.add(signer.sign(text));
        }
        return of(text, signatures);
    }

    /**
     * Reads a note; verifies nothing.
     *
     * @throws NoteException {@link NoteException.Fault#MALFORMED} if it has any other form
     */
    public static SignedNote parse(byte[] note) throws NoteException {
        if (note.length > SIZE_MAX) {
            throw NoteException.malformed("the note is larger than " + SIZE_MAX + " bytes");
        }
        int split = lastEmptyLine(note);
        byte[] text = Arrays.copyOf(note, split);
        checkText(text);
        String block = utf8(Arrays.copyOfRange(note, split + 1, note.length));
        if (!block.endsWith("\n")) {
            throw NoteException.malformed("the last signature line does not end");
        }
        String[] lines = block.substring(0, block.length() - 1).split("\n", SIGNATURES_MAX + 1);
        checkCount(lines.length);
        List<NoteSignature> signatures = new ArrayList<>(lines.length);
        for (String line : lines) {
            signatures.add(NoteSignature.parse(line));
        }
        return new SignedNote(text, List.copyOf(signatures));
    }

    /** Index of the second LF of the last LF LF. */
    private static int lastEmptyLine(byte[] note) throws NoteException {
        for (int i = note.length - 1; i > 0; i--) {
            if (note[i] == '\n' && note[i - 1] == '\n') {
                return i;
            }
        }
        throw NoteException.malformed("no empty line before the signatures");
    }

    private static void checkText(byte[] text) throws NoteException {
        if (text.length == 0 || text[text.length - 1] != '\n') {
            throw NoteException.malformed("the text does not end in a line feed");
        }
        for (byte b : text) {
            if (b >= 0 && b < 0x20 && b != '\n') {
                throw NoteException.malformed("control character in the text");
            }
        }
        utf8(text);
    }

    private static void checkCount(int signatures) throws NoteException {
        if (signatures == 0 || signatures > SIGNATURES_MAX) {
            throw NoteException.malformed("a note has 1 to " + SIGNATURES_MAX + " signature lines");
        }
    }

    static String utf8(byte[] bytes) throws NoteException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new NoteException(NoteException.Fault.MALFORMED, "not UTF-8", e);
        }
    }

    /** The signed text with its final LF; a copy. */
    public byte[] text() {
        return text.clone();
    }

    /** The signature lines in their order. */
    public List<NoteSignature> signatures() {
        return signatures;
    }

    /** The whole note. */
    public byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(text);
        out.write('\n');
        for (NoteSignature signature : signatures) {
            out.writeBytes(signature.encode().getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    /**
     * Verifies the note: every line that carries name and id of a known key must verify; lines of other keys are
     * ignored, and so is a second line of one key.
     *
     * @return the known keys that signed, in the order of their lines; never empty
     * @throws NoteException {@link NoteException.Fault#BAD_SIGNATURE}, {@link NoteException.Fault#NO_KNOWN_KEY} or
     *     {@link NoteException.Fault#AMBIGUOUS_KEY}
     */
    public List<NoteVerifier> verify(List<NoteVerifier> known) throws NoteException {
        List<NoteVerifier> verified = new ArrayList<>();
        Set<NoteVerifier> seen = new HashSet<>();
        for (NoteSignature signature : signatures) {
            NoteVerifier verifier = find(known, signature);
            if (verifier != null && seen.add(verifier)) {
                verifier.verify(text(), signature.signature());
                verified.add(verifier);
            }
        }
        if (verified.isEmpty()) {
            throw new NoteException(
                    NoteException.Fault.NO_KNOWN_KEY, "no signature by a known key, only by " + signatures);
        }
        return List.copyOf(verified);
    }

    private static NoteVerifier find(List<NoteVerifier> known, NoteSignature signature) throws NoteException {
        NoteVerifier found = null;
        for (NoteVerifier verifier : known) {
            if (verifier.keyId() == signature.keyId() && verifier.name().equals(signature.keyName())) {
                if (found != null) {
                    throw new NoteException(NoteException.Fault.AMBIGUOUS_KEY, "two keys are called " + signature);
                }
                found = verifier;
            }
        }
        return found;
    }
}
