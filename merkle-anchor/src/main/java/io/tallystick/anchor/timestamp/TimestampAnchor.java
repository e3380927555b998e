// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.timestamp;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.http.HttpAnswer;
import io.tallystick.anchor.http.HttpFailure;
import io.tallystick.anchor.http.HttpPost;
import io.tallystick.anchor.receipt.ReceiptClock;
import io.tallystick.entry.Bytes;
import io.tallystick.receipt.Receipt;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.TimestampAuthority;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;

/**
 * An RFC 3161 authority over HTTP. The imprint is SHA-256 of the whole checkpoint object; each request has a nonce and asks
 * for the certificates. Receipt: its response, DER.
 */
public final class TimestampAnchor implements Anchor {
    private static final int NONCE_BITS = 128;
    private static final int PASSING =
            PKIFailureInfo.timeNotAvailable | PKIFailureInfo.systemFailure | PKIFailureInfo.addInfoNotAvailable;

    private final TimestampAuthority authority;
    private final HttpPost http;
    private final ReceiptClock clock;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param timeout of one request
     * @param clock which the times it stamps are held against
     */
    public TimestampAnchor(TimestampAuthority authority, URI address, Duration timeout, ReceiptClock clock) {
        this.clock = clock;
        this.authority = authority;
        this.http = new HttpPost(address, timeout, TimestampAuthority.SIZE_MAX);
    }

    @Override
    public String id() {
        return authority.id();
    }

    @Override
    public AnchorKind kind() {
        return AnchorKind.TSA;
    }

    @Override
    public String objectName() {
        return authority.objectName();
    }

    @Override
    public Answer submit(Submission submission) {
        Hash imprint = Hash.sha256(submission.checkpoint().note().array());
        BigInteger nonce = new BigInteger(NONCE_BITS, random).setBit(NONCE_BITS - 1);
        try {
            HttpAnswer answer = http.send("application/timestamp-query", request(imprint, nonce));
            if (answer.status() != 200) {
                return new Answer.Failed(answer.excerpt(), answer.retryAfter());
            }
            return verify(answer.body().bytes(), imprint, nonce, submission);
        } catch (HttpFailure e) {
            return new Answer.Failed(e.getMessage());
        }
    }

    private static byte[] request(Hash imprint, BigInteger nonce) {
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        try {
            return generator
                    .generate(TSPAlgorithms.SHA256, imprint.bytes(), nonce)
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
    }

    private Answer verify(byte[] response, Hash imprint, BigInteger nonce, Submission submission) {
        try {
            Receipt receipt = authority.verify(response, imprint, Optional.of(nonce));
            return clock.objection(receipt, submission.checkpoint())
                    .<Answer>map(wrong -> wrong)
                    .orElseGet(() -> new Answer.Confirmed(Bytes.wrap(response)));
        } catch (ReceiptException e) {
            boolean forGood = e.fault() == ReceiptException.Fault.REFUSED && !isPassing(response);
            return forGood ? new Answer.Refused(e.getMessage()) : new Answer.Failed(e.getMessage());
        }
    }

    /** Whether an authority that refused says that it is its own trouble. */
    private static boolean isPassing(byte[] response) {
        try {
            PKIFailureInfo why = new TimeStampResponse(response).getFailInfo();
            return why != null && (why.intValue() & PASSING) != 0;
        } catch (TSPException | IOException e) {
            return true; // cannot be read after all: to be asked again
        }
    }

    @Override
    public void close() {
        // Nothing stays open between requests.
    }
}
