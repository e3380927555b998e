// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.export.store.azure.AzureDouble.Reply;
import io.tallystick.export.store.azure.AzureDouble.Seen;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@link AzureDouble} does with each request. */
final class AzureDoubleRoutes {
    private static final Pattern BLOCK = Pattern.compile("<Latest>([^<]+)</Latest>");
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");

    private final Container container;
    private final boolean plain;
    private final Map<String, Map<String, byte[]>> staged = new HashMap<>();

    /** @param plain without versions and policies */
    AzureDoubleRoutes(Container container, boolean plain) {
        this.container = container;
        this.plain = plain;
    }

    /** @param truncated whether the body is what is left of one; then its digest is not compared */
    Reply answer(Seen request, byte[] body, boolean truncated) {
        String sent = request.headers().get("content-md5");
        if (sent != null && !truncated && !sent.equals(md5(body))) {
            return Reply.error(400, "Md5Mismatch");
        }
        return switch (request.method()) {
            case "PUT" -> put(request, body);
            case "DELETE" -> delete(request);
            default -> {
                if ("list".equals(request.comp())) {
                    yield list(request);
                }
                yield request.key().isEmpty() ? Reply.empty(200, containerHeaders()) : get(request);
            }
        };
    }

    private Reply put(Seen request, byte[] body) {
        return switch (request.comp()) {
            case "block" -> {
                staged.computeIfAbsent(request.key(), key -> new TreeMap<>())
                        .put(request.query().get("blockid"), body);
                yield Reply.empty(201, Map.of("Content-MD5", md5(body)));
            }
            case "blocklist" -> commit(request, new String(body, UTF_8));
            case "immutabilityPolicies" -> retain(request);
            case "legalhold" -> hold(request);
            default -> store(request, body);
        };
    }

    private Reply commit(Seen request, String list) {
        Map<String, byte[]> blocks = staged.getOrDefault(request.key(), Map.of());
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        Matcher block = BLOCK.matcher(list);
        while (block.find()) {
            byte[] bytes = blocks.get(block.group(1));
            if (bytes == null) {
                return Reply.error(400, "InvalidBlockList");
            }
            whole.writeBytes(bytes);
        }
        return store(request, whole.toByteArray());
    }

    private Reply store(Seen request, byte[] bytes) {
        if ("*".equals(request.headers().get("if-none-match"))
                && container.current(request.key()).isPresent()) {
            return Reply.error(409, "BlobAlreadyExists");
        }
        staged.remove(request.key());
        Container.Version version = container.put(request.key(), bytes, plain ? Map.of() : request.headers());
        Map<String, String> headers = new HashMap<>(blobHeaders(version));
        headers.put("Content-MD5", md5(bytes));
        return Reply.empty(201, headers);
    }

    private Reply retain(Seen request) {
        Optional<Container.Version> version = find(request);
        if (plain || version.isEmpty()) {
            return plain ? Reply.error(501, "NotImplemented") : Reply.error(404, "BlobNotFound");
        }
        return container.retain(version.get(), request.headers())
                ? Reply.empty(200, Map.of())
                : Reply.error(409, "BlobImmutableDueToPolicy");
    }

    private Reply hold(Seen request) {
        Optional<Container.Version> version = find(request);
        if (plain || version.isEmpty()) {
            return plain ? Reply.error(501, "NotImplemented") : Reply.error(404, "BlobNotFound");
        }
        version.get().hold("true".equals(request.headers().get("x-ms-legal-hold")));
        return Reply.empty(
                200, Map.of("x-ms-legal-hold", Boolean.toString(version.get().isHeld())));
    }

    private Reply delete(Seen request) {
        if (request.comp().equals("immutabilityPolicies")) {
            return retain(request);
        }
        Optional<Container.Version> version = find(request);
        if (version.isEmpty()) {
            return Reply.error(404, "BlobNotFound");
        }
        if (!plain && !request.query().containsKey("versionid")) {
            container.hide(request.key());
            return Reply.empty(202, Map.of());
        }
        return container.delete(request.key(), version.get())
                ? Reply.empty(202, Map.of())
                : Reply.error(409, "BlobImmutableDueToPolicy");
    }

    private Optional<Container.Version> find(Seen request) {
        return container.find(request.key(), Optional.ofNullable(request.query().get("versionid")));
    }

    private Reply get(Seen request) {
        Optional<Container.Version> version = find(request);
        if (version.isEmpty()) {
            return Reply.error(404, "BlobNotFound");
        }
        byte[] bytes = version.get().bytes;
        Map<String, String> headers = new HashMap<>(blobHeaders(version.get()));
        Matcher range = RANGE.matcher(request.headers().getOrDefault("x-ms-range", ""));
        if (!range.matches()) {
            if (request.method().equals("HEAD")) {
                headers.put("Content-Length", Integer.toString(bytes.length));
            }
            return new Reply(200, headers, bytes);
        }
        int begin = Integer.parseInt(range.group(1));
        if (begin >= bytes.length) {
            return Reply.error(416, "InvalidRange");
        }
        int end = range.group(2).isEmpty()
                ? bytes.length
                : (int) Math.min(bytes.length, Long.parseLong(range.group(2)) + 1);
        headers.put("Content-Range", "bytes " + begin + "-" + (end - 1) + "/" + bytes.length);
        return new Reply(206, headers, Arrays.copyOfRange(bytes, begin, end));
    }

    private Map<String, String> blobHeaders(Container.Version version) {
        Map<String, String> headers = new HashMap<>(Map.of(
                "ETag",
                "\"" + version.id + "\"",
                "Last-Modified",
                AzureDouble.text(Instant.EPOCH),
                "x-ms-creation-time",
                AzureDouble.text(Instant.EPOCH),
                "x-ms-blob-type",
                "BlockBlob",
                "x-ms-request-server-encrypted",
                "true"));
        if (!plain) {
            headers.put("x-ms-version-id", version.id);
        }
        version.mode.ifPresent(mode -> {
            headers.put("x-ms-immutability-policy-mode", mode);
            headers.put("x-ms-immutability-policy-until-date", AzureDouble.text(version.until));
        });
        if (version.isHeld()) {
            headers.put("x-ms-legal-hold", "true");
        }
        return headers;
    }

    private static Map<String, String> containerHeaders() {
        return Map.of(
                "ETag", "\"0\"",
                "Last-Modified", AzureDouble.text(Instant.EPOCH),
                "x-ms-has-immutability-policy", "false",
                "x-ms-has-legal-hold", "false");
    }

    private Reply list(Seen request) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults"
                + " ServiceEndpoint=\"http://double/\" ContainerName=\"evidence\"><Blobs>");
        for (String key : container.keys()) {
            if (key.startsWith(request.query().getOrDefault("prefix", ""))) {
                container.all(key).forEach(version -> xml.append(item(key, version)));
            }
        }
        xml.append("</Blobs><NextMarker/></EnumerationResults>");
        return new Reply(
                200, Map.of("Content-Type", "application/xml"), xml.toString().getBytes(UTF_8));
    }

    private String item(String key, Container.Version version) {
        String versioned = plain
                ? ""
                : "<VersionId>" + version.id + "</VersionId>"
                        + (version.current ? "<IsCurrentVersion>true</IsCurrentVersion>" : "");
        return "<Blob><Name>" + key + "</Name>" + versioned + "<Properties><Content-Length>" + version.bytes.length
                + "</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>";
    }

    private static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
