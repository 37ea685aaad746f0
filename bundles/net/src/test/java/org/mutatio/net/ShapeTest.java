package org.mutatio.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// This bundle has no code to run: what counts is its shape. `ports` and the protocol bundles are swapped apart as
/// long as these types stay, and stay the JDK's; house-style.md section 3.
class ShapeTest {

    static Stream<Class<?>> types() {
        return Stream.of(Connection.class, ConnectionHandler.class, Listener.class, TlsSession.class);
    }

    private static List<Method> methods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .toList();
    }

    /// Whoever changes a line here changes it for bundles that are installed already: an added method is
    /// a minor step of the package's version (only `ports` implements these), any other change, also a
    /// new [Connection.Input], over which the protocols switch, a major one, and `net` is not swapped
    /// under load.
    @Test
    void whatTheTwoSidesSayToEachOtherDoesNotChangeUnseen() {
        assertEquals(
                """
                Connection: boolean authenticated(String)
                Connection: Connection.Input awaitInput(Duration) throws IOException
                Connection: InetSocketAddress local()
                Connection: InetSocketAddress remote()
                Connection: Listener listener()
                Connection: Optional<TlsSession> tls()
                Connection: Socket socket()
                Connection: String id()
                Connection: int available() throws IOException
                Connection: void close()
                Connection: void handOver(ByteBuffer)
                Connection: void startCompression() throws IOException
                Connection: void startTls() throws IOException
                Connection: void wake()
                ConnectionHandler: boolean resumes(ByteBuffer)
                ConnectionHandler: void handle(Connection) throws IOException
                ConnectionHandler: void resume(Connection, ByteBuffer) throws IOException
                Listener: Map<String, String> settings()
                Listener: String name()
                Listener: String protocol()
                Listener: String role()
                Listener: boolean implicitTls()
                Listener: boolean plaintextAuth()
                Listener: boolean startTls()
                TlsSession: Optional<ByteBuffer> channelBinding(String)
                TlsSession: Optional<String> serverName()
                TlsSession: String cipher()
                TlsSession: String protocol()
                """.lines().sorted().toList(),
                types().filter(Class::isInterface)
                        .flatMap(type -> methods(type).stream().map(ShapeTest::signature))
                        .sorted()
                        .toList());
        assertEquals("[READY, TIMEOUT, HAND_OVER, CLOSED]", Arrays.toString(Connection.Input.values()));
        assertEquals("protocol", ConnectionHandler.PROTOCOL);
    }

    private static String signature(Method method) {
        List<String> parameters = Arrays.stream(method.getGenericParameterTypes())
                .map(ShapeTest::name)
                .toList();
        List<String> thrown =
                Arrays.stream(method.getExceptionTypes()).map(ShapeTest::name).toList();
        return method.getDeclaringClass().getSimpleName() + ": " + name(method.getGenericReturnType()) + " "
                + method.getName() + "(" + String.join(", ", parameters) + ")"
                + (thrown.isEmpty() ? "" : " throws " + String.join(", ", thrown));
    }

    private static String name(Type type) {
        return type.getTypeName()
                .replace('$', '.')
                .replaceAll("\\b(?:[a-z]+\\.)+(?=[A-Z])", "")
                .replaceAll(", ?", ", ");
    }

    @ParameterizedTest
    @MethodSource("types")
    void onlyTheJdkAndThisPackageAreNamed(Class<?> type) {
        List<Type> named = new ArrayList<>(List.of(type.getGenericInterfaces()));
        for (Method method : methods(type)) {
            named.add(method.getGenericReturnType());
            named.addAll(List.of(method.getGenericParameterTypes()));
            for (Class<?> thrown : method.getExceptionTypes()) {
                assertEquals(IOException.class, thrown, method.toString());
            }
        }
        for (Type one : named) {
            assertOurs(one);
        }
    }

    private static void assertOurs(Type type) {
        if (type instanceof ParameterizedType parameterized) {
            assertOurs(parameterized.getRawType());
            for (Type argument : parameterized.getActualTypeArguments()) {
                assertOurs(argument);
            }
            return;
        }
        if (type instanceof Class<?> plain) {
            assertFalse(plain.isArray(), "an array can be written to");
            assertTrue(
                    plain.isPrimitive()
                            || plain.getPackageName().startsWith("java.")
                            || plain.getPackageName().equals("org.mutatio.net"),
                    plain.getName());
        }
    }

    /// The manifest that bnd wrote: nobody must be there for this bundle to resolve.
    @Test
    void theBundleExportsItsPackageAndNeedsNobody() throws IOException {
        Path classes = Path.of(Connection.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        try (InputStream in = Files.newInputStream(classes.resolve("META-INF/MANIFEST.MF"))) {
            var headers = new Manifest(in).getMainAttributes();
            assertEquals("org.mutatio.net", headers.getValue("Bundle-SymbolicName"));
            String exported = headers.getValue("Export-Package");
            assertTrue(exported.startsWith("org.mutatio.net;version=\"1.1.0\""), exported);
            String imported = String.valueOf(headers.getValue("Import-Package"));
            for (String one : imported.split(",(?=[a-z])", -1)) {
                assertTrue(
                        one.equals("null") || one.startsWith("java.") || one.startsWith("org.mutatio.net"), imported);
            }
        }
    }
}
