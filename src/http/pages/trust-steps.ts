import { type Html, html } from './page.ts';
import type { PageLanguage } from './page-language.ts';

/** How each kind of device takes the kit's certificate, in the words that stand on its own screen. */
export function trustSteps(language: PageLanguage): Html {
  return STEPS[language];
}

const STEPS: Readonly<Record<PageLanguage, Html>> = {
  en: html`<h3>iPhone, iPad</h3>
<a class="button second" href="/ca.mobileconfig">Profile for iPhone and iPad</a>
<ol>
<li>Open this page in Safari, tap the button, then Allow.</li>
<li>Settings, General, VPN &amp; Device Management: tap the profile of this kit, then Install.</li>
<li>Settings, General, About, <b>Certificate Trust Settings</b>: switch this kit on. Without this step nothing has changed.</li>
</ol>
<h3>Android</h3>
<a class="button second" href="/ca.crt">Certificate for Android, Windows, macOS, Linux</a>
<ol>
<li>Tap the button: the file ca.crt is saved.</li>
<li>Settings, search for "CA certificate" (Security, Encryption &amp; credentials, Install a certificate).</li>
<li>CA certificate, Install anyway, and choose ca.crt. Android asks for the screen lock.</li>
</ol>
<h3>Windows</h3>
<ol>
<li>Save ca.crt with the button above, and open it.</li>
<li>Install Certificate, Current User, "Place all certificates in the following store".</li>
<li>Choose Trusted Root Certification Authorities. Windows shows a thumbprint: it is the SHA-1 one, the fingerprint below is under Details.</li>
</ol>
<h3>macOS</h3>
<ol>
<li>Save ca.crt, open it: it goes to Keychain Access.</li>
<li>Find the kit under login, Certificates, and open it. Trust, "When using this certificate": Always Trust.</li>
</ol>
<h3>Linux</h3>
<ol>
<li>Firefox: Settings, Certificates, View Certificates, Authorities, Import, ca.crt, "identify websites".</li>
<li>Chromium: Settings, Security, Manage certificates, Custom, Import.</li>
<li>Everything, on Debian: copy ca.crt to /usr/local/share/ca-certificates, then run update-ca-certificates.</li>
</ol>
<h3>TV</h3>
<p>A TV with Android takes the certificate as a phone does. Most others take none: plug a small computer or stick into them, or ask for a screen without encryption.</p>`,
  de: html`<h3>iPhone, iPad</h3>
<a class="button second" href="/ca.mobileconfig">Profil für iPhone und iPad</a>
<ol>
<li>Diese Seite in Safari öffnen, den Knopf antippen, dann Zulassen.</li>
<li>Einstellungen, Allgemein, VPN und Geräteverwaltung: das Profil dieses Kits antippen, dann Installieren.</li>
<li>Einstellungen, Allgemein, Info, <b>Zertifikatsvertrauenseinstellungen</b>: dieses Kit einschalten. Ohne diesen Schritt ist nichts geändert.</li>
</ol>
<h3>Android</h3>
<a class="button second" href="/ca.crt">Zertifikat für Android, Windows, macOS, Linux</a>
<ol>
<li>Den Knopf antippen: die Datei ca.crt wird gespeichert.</li>
<li>Einstellungen, nach „CA-Zertifikat“ suchen (Sicherheit, Verschlüsselung und Anmeldedaten, Zertifikat installieren).</li>
<li>CA-Zertifikat, Trotzdem installieren, ca.crt wählen. Android fragt nach der Displaysperre.</li>
</ol>
<h3>Windows</h3>
<ol>
<li>ca.crt mit dem Knopf oben speichern und öffnen.</li>
<li>Zertifikat installieren, Aktueller Benutzer, „Alle Zertifikate in folgendem Speicher speichern“.</li>
<li>Vertrauenswürdige Stammzertifizierungsstellen wählen. Windows zeigt einen SHA-1-Fingerabdruck, der unten steht unter Details.</li>
</ol>
<h3>macOS</h3>
<ol>
<li>ca.crt speichern und öffnen: es kommt in die Schlüsselbundverwaltung.</li>
<li>Das Kit unter Anmeldung, Zertifikate suchen und öffnen. Vertrauen, „Bei Verwendung dieses Zertifikats“: Immer vertrauen.</li>
</ol>
<h3>Linux</h3>
<ol>
<li>Firefox: Einstellungen, Zertifikate anzeigen, Zertifizierungsstellen, Importieren, ca.crt, „Websites zu identifizieren“.</li>
<li>Chromium: Einstellungen, Sicherheit, Zertifikate verwalten, Benutzerdefiniert, Importieren.</li>
<li>Alles, auf Debian: ca.crt nach /usr/local/share/ca-certificates kopieren, dann update-ca-certificates.</li>
</ol>
<h3>Fernseher</h3>
<p>Ein Fernseher mit Android nimmt das Zertifikat wie ein Telefon. Die meisten anderen nehmen keines: einen kleinen Rechner oder Stick anstecken, oder um eine Anzeige ohne Verschlüsselung bitten.</p>`,
};
