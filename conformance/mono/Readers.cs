// The other .NET readers that integrations used, against a running gateway.
//   mono Readers.exe ROOT/ open|password
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Xml.Linq;

static partial class Readers {
    const string AtomFeed = "application/atom+xml;type=feed;charset=utf-8";
    const string Newest = "CsP2PAVTimeDaily?$orderby=Date desc&$top=10";
    static readonly XNamespace atom = "http://www.w3.org/2005/Atom";
    static readonly XNamespace m = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
    static readonly XNamespace d = "http://schemas.microsoft.com/ado/2007/08/dataservices";
    static Gateway gateway;
    static List<Row> newest;   // the ten rows that Newest asks for, by another way: all rows of every page, sorted here

    static int Main(string[] args) {
        gateway = new Gateway(args[0], args[1]);
        CountedBasic.Install();
        Checks.Group("all rows by DataContractJsonSerializer", () => newest = gateway.Rows("CsP2PAVTimeDaily").OrderByDescending(r => r.Date).Take(10).ToList());
        if (newest == null) return Checks.Finish();
        Checks.Group("XmlDocument", ByXmlDocument);
        Checks.Group("XmlDocument, node by node", ByPosition);
        Checks.Group("XDocument", ByXDocument);
        Checks.Group("XDocument, every page", PagesByXDocument);
        Checks.Group("SyndicationFeed", BySyndicationFeed);
        Checks.Group("SyndicationItem", BySyndicationItem);
        Checks.Group("DataSet.ReadXml", ByDataSet);
        Checks.Group("ServiceDocument", ByServiceDocument);
        Checks.Group("service root without a slash", RootWithoutSlash);
        Checks.Group("$metadata", Metadata);
        Checks.Group("DataContractJsonSerializer, both shapes", JsonShapes);
        Checks.Group("JSON by Accept", LightJson);
        Checks.Group("WebClient", ByWebClient);
        Checks.Group("WebException", ByWebException);
        Checks.Group("password only when asked", Passwords);
        return Checks.Finish();
    }

    static string Text(string path, string type, string accept = null) { return new StreamReader(gateway.Get(path, type, accept), Encoding.UTF8).ReadToEnd(); }

    static string Header(string path, string name, string accept = null) {
        using (var response = gateway.Request(path, accept).GetResponse()) return response.Headers[name];
    }

    /// The error of a request that must fail, with its body.
    static HttpWebResponse Failure(HttpWebRequest request, out string body) {
        var e = Checks.Throws<WebException>(() => request.GetResponse().Close(), request.RequestUri.OriginalString);
        var response = (HttpWebResponse)e.Response;
        body = new StreamReader(response.GetResponseStream()).ReadToEnd();
        return response;
    }

    static Row Read(XElement properties) {
        return new Row { Date = (DateTime)properties.Element(d + "Date"), ID = (long)properties.Element(d + "ID"), TenantGuid = (Guid)properties.Element(d + "TenantGuid"),
            TenantName = (string)properties.Element(d + "TenantName"), Audio = Minutes(properties.Element(d + "TotalAudioMinutes")), Video = Minutes(properties.Element(d + "TotalVideoMinutes")) };
    }

    static long? Minutes(XElement e) { return (string)e.Attribute(m + "null") == "true" ? (long?)null : (long)e; }
}
