/** Replacement names and streets by language. */
import type { Language } from "./language.js";

type ByLanguage<T> = Readonly<Record<Language, T>>;
const list = (text: string): readonly string[] => text.split(" ");

export const givenNamePseudonyms: ByLanguage<readonly string[]> = {
  en: list(
    "Alice Oliver Emma Henry Clara Arthur Nora Edward Lucy Walter Helen George Sophie Martin Julia Peter Laura Simon Diana Paul Rachel Stephen Karen Philip Susan Andrew",
  ),
  de: list(
    "Anna Lukas Lena Felix Marie Jonas Clara Moritz Greta Anton Ida Emil Paula Karl Hanna Fritz Johanna Oskar Helene Kurt Ingrid Holger Ulrike Bernd Heike Dieter",
  ),
  fr: list(
    "Camille Louis Manon Hugo Juliette Jules Alice Arthur Louise Gabriel Jeanne Paul Margaux Antoine Claire Mathieu Élise Nicolas Sophie Benoît Hélène Luc Odile Rémi",
  ),
  es: list(
    "Lucía Hugo Carmen Pablo Elena Diego Irene Javier Marta Sergio Nuria Andrés Rocío Álvaro Pilar Rubén Teresa Iván Beatriz Óscar Silvia Marcos Raquel Gonzalo",
  ),
  it: list(
    "Giulia Luca Chiara Marco Elena Paolo Francesca Davide Silvia Andrea Martina Stefano Laura Matteo Paola Simone Lucia Giorgio Elisa Roberto Irene Fabio Carla Enrico",
  ),
  nl: list(
    "Emma Daan Sanne Bram Lotte Thijs Femke Jeroen Anouk Pieter Marieke Wouter Ilse Koen Hanneke Maarten Tineke Ruben Saskia Joris Mirjam Gijs Annelies Sjoerd",
  ),
};
export const familyNamePseudonyms: ByLanguage<readonly string[]> = {
  en: list(
    "Turner Bennett Harper Collins Hughes Foster Marshall Ellis Barnes Graham Morris Webb Dixon Palmer Fletcher Gibson Lawson Hartley Spencer Chapman Walsh Norris Preston Barker",
  ),
  de: list(
    "Schneider Fischer Wagner Becker Hoffmann Schulz Keller Richter Vogel Lehmann Krause Winkler Brandt Seidel Hartmann Lorenz Kaiser Engel Busch Pohl Ziegler Arnold Ritter Franke",
  ),
  fr: list(
    "Moreau Laurent Girard Fournier Mercier Lambert Bonnet Rousseau Blanchard Chevalier Garnier Perrin Morel Barbier Renard Collet Lefort Vasseur Gaillard Besson Tessier Marchal Poulain Langlois",
  ),
  es: list(
    "Navarro Molina Serrano Ortega Delgado Castro Rubio Marín Iglesias Medina Garrido Cortés Lozano Herrera Prieto Vidal Pascual Gallego Crespo Soler Mora Nieto Aguilar Campos",
  ),
  it: list(
    "Ferrari Russo Romano Colombo Ricci Marino Greco Conti Gallo Costa Fontana Moretti Barbieri Lombardi Rinaldi Caruso Ferraro Santoro Leone Longo Gentile Martini Vitale Serra",
  ),
  nl: list(
    "Visser Bakker Mulder Smit Dekker Brouwer Dijkstra Kuiper Postma Veenstra Kok Schouten Hoekstra Prins Huisman Koster Willems Verhoeven Evers Sanders Timmermans Molenaar Kramer Peeters",
  ),
};
/** `#` is replaced by a random number. */
export const addressPseudonyms: ByLanguage<string> = {
  en: "# Sample Street, Anytown",
  de: "Musterstraße #, Musterstadt",
  fr: "# rue de l'Exemple, Villeneuve",
  es: "Calle del Ejemplo, #, Villanueva",
  it: "Via dell'Esempio, #, Villanova",
  nl: "Voorbeeldstraat #, Nieuwstad",
};
